/** @file The sample person: sixteen photos of someone who does not exist, from this app's own files. */
import { AppError } from '#models/errors/app-error.ts';

/** File names of the sample person begin so; the consent step then needs no attestation. */
export const samplePrefix = 'ada-sample-';

const sampleCount = 16;

/** Addresses of the sample photos. */
export const samplePhotoUrls: readonly string[] = Array.from({ length: sampleCount }, (_, index) => `/samples/ada/${String(index + 1).padStart(2, '0')}.jpg`);

/**
 * The sample photos as files.
 *
 * @throws {AppError} model-file-missing, if one could not be fetched
 */
export function loadSamplePhotos(): Promise<File[]> {
  return Promise.all(
    samplePhotoUrls.map(async (url, index) => {
      const response = await fetch(url).catch((cause: unknown) => {
        throw new AppError('model-file-missing', { message: `${url} could not be fetched`, retryable: true, cause });
      });
      if (!response.ok) throw new AppError('model-file-missing', { message: `${url}: status ${response.status}`, retryable: true });
      const name = `${samplePrefix}${String(index + 1).padStart(2, '0')}.jpg`;
      return new File([await response.blob()], name, { type: 'image/jpeg' });
    }),
  );
}
