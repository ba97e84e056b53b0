/** @file Errors as plain data, so that code, help and retryable survive the way to another thread or process. */
import { AppError, isAppError } from './app-error.ts';
import { errorCodes, type ErrorCode } from './error-codes.ts';

/** An error as structured-cloneable, JSON-able data. */
export interface EncodedError {
  readonly code: string;
  readonly message: string;
  readonly help: string | null;
  readonly retryable: boolean;
}

/** Any thrown value as data. What is not an `AppError` becomes `internal`, or `cancelled` if it is the abort of a signal. */
export function encodeError(error: unknown): EncodedError {
  if (isAppError(error)) return { code: error.code, message: error.message, help: error.help ?? null, retryable: error.retryable };
  if (isEncodedError(error)) return error;
  const name = error instanceof Error ? error.name : '';
  const message = error instanceof Error ? error.message : String(error);
  return { code: name === 'AbortError' ? 'cancelled' : 'internal', message, help: null, retryable: false };
}

/** The `AppError` that was encoded; other thrown values become one too. A code that this build does not know becomes `internal`. */
export function decodeError(thrown: unknown): AppError {
  if (isAppError(thrown)) return thrown;
  const { code, message, help, retryable } = encodeError(thrown);
  const known = Object.hasOwn(errorCodes, code) ? (code as ErrorCode) : 'internal';
  return new AppError(known, { message, retryable, ...(help === null ? {} : { help }), ...(isEncodedError(thrown) ? {} : { cause: thrown }) });
}

/** True for what `encodeError` gives. */
export function isEncodedError(value: unknown): value is EncodedError {
  if (typeof value !== 'object' || value === null || value instanceof Error) return false;
  const { code, message, help, retryable } = value as Record<string, unknown>;
  return typeof code === 'string' && typeof message === 'string' && (help === null || typeof help === 'string') && typeof retryable === 'boolean';
}
