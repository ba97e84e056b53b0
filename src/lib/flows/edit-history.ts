/** @file Undo and redo of the editing dialog: steps as values. Pure. */
import { isNoEdit, type PhotoEdit } from '#models/vision/photo-edit.ts';

/** What the dialog holds: the edit, and which of the photo's faces counts (null for the surest). */
export interface EditStep {
  readonly edit: PhotoEdit;
  readonly face: number | null;
}

export interface EditHistory {
  readonly past: readonly EditStep[];
  readonly present: EditStep;
  readonly future: readonly EditStep[];
}

export function beginHistory(present: EditStep): EditHistory {
  return { past: [], present, future: [] };
}

/** A new step; what was undone before is forgotten. A step that changes nothing is none. */
export function takeStep(history: EditHistory, next: EditStep): EditHistory {
  if (isSameStep(history.present, next)) return history;
  return { past: [...history.past, history.present], present: next, future: [] };
}

export function undo(history: EditHistory): EditHistory {
  const previous = history.past.at(-1);
  return previous === undefined ? history : { past: history.past.slice(0, -1), present: previous, future: [history.present, ...history.future] };
}

export function redo(history: EditHistory): EditHistory {
  const [next, ...future] = history.future;
  return next === undefined ? history : { past: [...history.past, history.present], present: next, future };
}

export function isSameStep(a: EditStep, b: EditStep): boolean {
  return a.face === b.face && isSameEdit(a.edit, b.edit);
}

export function isSameEdit(a: PhotoEdit, b: PhotoEdit): boolean {
  if (isNoEdit(a) && isNoEdit(b)) return true;
  const isSameCrop = a.crop === b.crop || (a.crop !== null && b.crop?.every((value, index) => value === a.crop?.[index]) === true);
  return (
    isSameCrop &&
    a.quarterTurns === b.quarterTurns &&
    a.mirrored === b.mirrored &&
    a.straightenDegrees === b.straightenDegrees &&
    a.exposureStops === b.exposureStops
  );
}
