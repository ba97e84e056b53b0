/** @file The base of every error we throw: a stable code, a message with the values in it, and a way on. */
import type { ErrorCode } from './error-codes.ts';

export interface AppErrorDetails {
  /** What happened, with the values in it. Never holds prompts, file contents or pixels. */
  readonly message: string;
  /** What the person or engineer can do next. */
  readonly help?: string;
  /** True if the same call may succeed later without a change. */
  readonly retryable?: boolean;
  readonly cause?: unknown;
}

/** An error with a code that code can switch on and a help line that a person can act on. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly help: string | undefined;
  readonly retryable: boolean;

  constructor(code: ErrorCode, details: AppErrorDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'AppError';
    this.code = code;
    this.help = details.help;
    this.retryable = details.retryable ?? false;
  }
}

/** True if `error` is one of ours and, when `code` is given, has that code. */
export function isAppError(error: unknown, code?: ErrorCode): error is AppError {
  return error instanceof AppError && (code === undefined || error.code === code);
}
