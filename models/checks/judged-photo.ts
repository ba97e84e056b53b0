/** @file One photo as the checks take it: its measures and which of its faces counts. */
import type { FaceMeasures, PhotoMeasures } from '../vision/photo-measures.ts';
import { photoLimits } from './limits.ts';

export interface JudgedPhoto {
  readonly id: string;
  readonly measures: PhotoMeasures;
  /** Index into `measures.faces`, where the person chose; else the surest counts. */
  readonly chosenFace?: number;
}

/**
 * False for what the detector half believes to be a face and the mesh does not: rocks, leaves, painted lights. The mesh's doubt is in `covered.lowerFace`.
 */
export function isFace({ score, covered }: FaceMeasures): boolean {
  return score >= photoLimits.doubtfulScore || covered.lowerFace < photoLimits.noMesh;
}

/** The face that counts; undefined where there is none, also for a choice that does not exist. */
export function judgedFace(measures: PhotoMeasures, chosenFace?: number): FaceMeasures | undefined {
  return chosenFace === undefined ? measures.faces.find(isFace) : measures.faces[chosenFace];
}

/** Height of a face in pixels of the photo. */
export function faceHeightPx({ box }: FaceMeasures, { heightPx }: PhotoMeasures): number {
  return (box[3] - box[1]) * heightPx;
}
