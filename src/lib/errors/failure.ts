/** @file A failure as the screen needs it: a code for the sentence and the technical detail. */
import { isAppError } from '#models/errors/app-error.ts';
import { type ErrorCode, errorCodes } from '#models/errors/error-codes.ts';

export interface Failure {
  readonly code: ErrorCode;
  /** For engineers: never shown without being asked for. */
  readonly detail: string;
}

/** The failure for anything that was thrown. */
export function toFailure(error: unknown): Failure {
  if (isAppError(error)) return { code: error.code, detail: error.message };
  if (error instanceof Error) return { code: 'internal', detail: `${error.name}: ${error.message}` };
  return { code: 'internal', detail: String(error) };
}

/** The failure for an error that crossed a thread or was stored. */
export function failureFromCode(code: string, detail: string): Failure {
  return { code: code in errorCodes ? (code as ErrorCode) : 'internal', detail };
}
