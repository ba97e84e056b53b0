/** @file Turns what arrives from a worker back into an `AppError`: comlink itself keeps only name, message and stack. */
import { AppError, isAppError } from '#models/errors/app-error.ts';
import { type ErrorCode, errorCodes } from '#models/errors/error-codes.ts';
import type { EncodedError } from '../contract/engine.ts';

/** True if `value` has the shape of an encoded error, whatever its code. */
export function isEncodedError(value: unknown): value is EncodedError {
  return typeof value === 'object' && value !== null && 'code' in value && typeof value.code === 'string' && 'message' in value;
}

/** Our error for an encoded one; an unknown code becomes `internal`, keeping the message. */
export function fromEncoded(encoded: EncodedError): AppError {
  const code: ErrorCode = encoded.code in errorCodes ? (encoded.code as ErrorCode) : 'internal';
  return new AppError(code, {
    message: encoded.message,
    ...(encoded.help === null ? {} : { help: encoded.help }),
    retryable: encoded.retryable,
  });
}

/** Our error for anything a worker or the browser threw. */
export function decodeError(error: unknown): AppError {
  if (isAppError(error)) return error;
  if (isEncodedError(error) && !(error instanceof Error)) return fromEncoded(error);
  if (error instanceof Error) {
    const encoded = parseEncoded(error.message) ?? (isEncodedError(error) ? error : null);
    if (encoded !== null) return fromEncoded({ help: null, retryable: false, ...encoded });
    return new AppError('internal', { message: `${error.name}: ${error.message}`, cause: error });
  }
  return new AppError('internal', { message: String(error), cause: error });
}

/** The host puts the encoded error into the message as JSON. */
function parseEncoded(message: string): EncodedError | null {
  if (!message.startsWith('{')) return null;
  try {
    const parsed: unknown = JSON.parse(message);
    return isEncodedError(parsed) ? parsed : null;
  } catch {
    return null;
  }
}
