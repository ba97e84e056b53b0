/** @file One photo as the checks take it: its measures and which of its faces counts. */
import type { FaceMeasures, PhotoMeasures } from '../vision/photo-measures.ts';

export interface JudgedPhoto {
  readonly id: string;
  readonly measures: PhotoMeasures;
  /** Index into `measures.faces`, where the person chose; else the surest counts. */
  readonly chosenFace?: number;
}

/** The face that counts; undefined where there is none, also for a choice that does not exist. */
export function judgedFace(measures: PhotoMeasures, chosenFace = 0): FaceMeasures | undefined {
  return measures.faces[chosenFace];
}

/** Height of a face in pixels of the photo. */
export function faceHeightPx({ box }: FaceMeasures, { heightPx }: PhotoMeasures): number {
  return (box[3] - box[1]) * heightPx;
}
