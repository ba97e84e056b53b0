/** @file 한국어로 쓰는 수. */

/** "1,200" */
export const number = (value: number): string => value.toLocaleString('ko');
