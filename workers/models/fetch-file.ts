/** @file Fetches one file into the store: resumed by range from where it is, tried again when the line drops, begun anew when the file has changed. */
import { AppError, isAppError } from '#models/errors/app-error.ts';
import { type FileName, findModelFile, updateModelFile } from '#storage/model-file-store.ts';
import { ask, cancelled, dropped, statusError } from './ask.ts';
import { ChunkWriter } from './chunk-writer.ts';

export interface FetchOptions {
  readonly signal: AbortSignal;
  /** Waits between attempts that brought nothing; after the last one the download fails. */
  readonly retryDelaysMs: readonly number[];
  /** Told how many bytes of the file are here, at most a few times a second. */
  readonly onBytes: (storedBytes: number) => void;
  readonly onWaiting: () => void;
}

/**
 * Brings the file to its full length in the store.
 *
 * @throws {AppError} download-failed, address-refused, model-file-missing, storage-full, weights-corrupt, cancelled
 */
export async function fetchFile(name: FileName, address: string, options: FetchOptions): Promise<void> {
  const writer = await ChunkWriter.open(name);
  options.onBytes(writer.position);
  let failures = 0;
  for (;;) {
    const before = writer.position;
    try {
      if (await fetchRest(name, address, writer, options)) return;
    } catch (error) {
      await writer.flush().catch(() => undefined); // The error below tells more than one about the last bytes.
      if (!isAppError(error, 'download-failed') || !error.retryable) throw error;
      failures = writer.position > before ? 0 : failures;
      const delayMs = options.retryDelaysMs[failures++];
      if (delayMs === undefined || !navigator.onLine) throw error;
      options.onWaiting();
      await wait(delayMs, options.signal);
    }
  }
}

/** One request. Returns true if the file is whole now. */
async function fetchRest(name: FileName, address: string, writer: ChunkWriter, { signal, onBytes }: FetchOptions): Promise<boolean> {
  const file = await findModelFile(name);
  if (file === undefined) throw cancelled();
  if (file.sizeBytes !== null && writer.position === file.sizeBytes) return true;
  const from = writer.position;
  const response = await ask(address, { signal, headers: from === 0 ? {} : rangeHeaders(address, from, file.entityTag) });
  if (response.status === 416) {
    await writer.startAnew(); // There is less of it than we have: another file.
    return false;
  }
  if (!response.ok || response.body === null) throw statusError(response.status, address);
  if (response.headers.get('content-type')?.startsWith('text/html') === true) {
    throw new AppError('model-file-missing', { message: `${address} is a web page, not a file`, help: 'Check the address of the model.' });
  }
  const entityTag = response.headers.get('etag');
  if (from > 0 && !continues(response, from, file.entityTag)) {
    await writer.startAnew();
    if (response.status === 206) {
      await response.body.cancel();
      return false;
    }
    // Status 200: the server sends the whole file, because it knows no ranges or because the file has changed.
  }
  if (entityTag !== file.entityTag) await updateModelFile(name, { entityTag });
  await pour(response.body, address, writer, file.sizeBytes, signal, onBytes);
  if (file.sizeBytes !== null && writer.position < file.sizeBytes) throw dropped(address, `ended at ${writer.position} of ${file.sizeBytes}`);
  await writer.flush();
  if (file.sizeBytes === null) await updateModelFile(name, { sizeBytes: writer.position });
  return true;
}

/** Asks for the rest. Another origin would be asked first whether it takes an If-Range, and many do not: there the tag of the answer is compared instead. */
function rangeHeaders(address: string, from: number, entityTag: string | null): Record<string, string> {
  const isOwn = new URL(address).origin === self.location.origin;
  const isStrong = entityTag !== null && !entityTag.startsWith('W/');
  return { Range: `bytes=${from}-`, ...(isOwn && isStrong ? { 'If-Range': entityTag } : {}) };
}

/** True if the answer is the rest of the very file whose beginning is here. What the other origin does not let us see cannot differ; the hash decides then. */
function continues(response: Response, from: number, entityTag: string | null): boolean {
  if (response.status !== 206) return false;
  const tag = response.headers.get('etag');
  const start = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1];
  return (tag === null || entityTag === null || tag === entityTag) && (start === undefined || Number(start) === from);
}

async function pour(
  body: ReadableStream<Uint8Array>,
  address: string,
  writer: ChunkWriter,
  sizeBytes: number | null,
  signal: AbortSignal,
  onBytes: (stored: number) => void,
): Promise<void> {
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw signal.aborted ? cancelled() : dropped(address, cause);
      });
      if (done) return;
      if (sizeBytes !== null && writer.position + value.length > sizeBytes) {
        await writer.startAnew();
        throw new AppError('weights-corrupt', {
          message: `${address} is longer than the ${sizeBytes} bytes that were announced`,
          help: 'Try again, or another source.',
          retryable: true,
        });
      }
      await writer.write(value);
      onBytes(writer.position);
    }
  } finally {
    await reader.cancel().catch(() => undefined); // Nothing more is wanted of it, whatever it thinks of that.
  }
}

function wait(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, delayMs);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(cancelled());
    });
  });
}
