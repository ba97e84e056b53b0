/** @file Counting in English. */

/** "1 photo", "1,200 samples". */
export const plural = (count: number, one: string, many: string): string => `${count.toLocaleString('en-GB')} ${count === 1 ? one : many}`;
