/** @file Turns what onnxruntime throws into our errors. Its messages are all there is to go by. */
import { AppError } from '#models/errors/app-error.ts';

const patterns = [
  {
    code: 'device-lost',
    pattern: /device (is |was )?lost|lost device|device lost/i,
    help: 'Start the work again: it resumes from its last checkpoint.',
    retryable: true,
  },
  {
    code: 'device-out-of-memory',
    pattern: /out of memory|bad_alloc|failed to allocate|not enough memory|allocation failed|can't enlarge|exceeds the max(imum)? buffer size/i,
    help: 'Close other programs, or choose a smaller size.',
    retryable: false,
  },
] as const;

/**
 * The error to throw for something onnxruntime threw while `doing`.
 *
 * @param doing what was tried, such as `running unet`; holds graph names only
 */
export function fromOrtError(doing: string, cause: unknown): AppError {
  if (cause instanceof AppError) return cause;
  const text = cause instanceof Error ? cause.message : String(cause);
  const known = patterns.find(({ pattern }) => pattern.test(text));
  if (known !== undefined) return new AppError(known.code, { message: `${doing}: ${text}`, help: known.help, retryable: known.retryable, cause });
  return new AppError('internal', { message: `${doing}: ${text}`, cause });
}
