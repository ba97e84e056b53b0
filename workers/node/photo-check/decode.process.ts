/** @file The process that decodes: whatever a stranger's file does to a decoder happens here, and the process may be ended at any time. */
import { encodeError } from '#models/errors/error-codec.ts';
import type { DecodeAnswer } from './decode-files.ts';
import { readPhoto } from './read-photo.ts';

process.on('message', (file: string) => {
  readPhoto(file).then(
    (picture) => answer({ ok: true, picture }),
    (error: unknown) => answer({ ok: false, error: encodeError(error) }),
  );
});
process.on('disconnect', () => process.exit());
answer('ready');

function answer(message: DecodeAnswer | 'ready'): void {
  process.send?.(message);
}
