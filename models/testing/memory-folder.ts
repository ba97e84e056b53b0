/** @file A model folder in memory, for tests of everything above the port. */
import { AppError } from '../errors/app-error.ts';
import { bytesAsSource, type ByteSource } from '../formats/byte-source.ts';
import type { ModelFolder } from '../formats/model-folder.ts';

/** @param files path -> bytes, a source, text, or anything else as JSON */
export function memoryFolder(name: string, files: Readonly<Record<string, unknown>>): ModelFolder {
  const sources = new Map(Object.entries(files).map(([path, content]) => [path, asSource(content)]));
  const open = async (path: string): Promise<ByteSource> => {
    const source = sources.get(path);
    if (source === undefined) throw new AppError('model-file-missing', { message: `${path} is not in ${name}` });
    return source;
  };
  return {
    name,
    list: async () => [...sources].map(([path, { sizeBytes }]) => ({ path, sizeBytes })),
    open,
    readBytes: async (path) => {
      const source = await open(path);
      return source.read(0, source.sizeBytes);
    },
  };
}

function asSource(content: unknown): ByteSource {
  if (content instanceof Uint8Array) return bytesAsSource(content);
  if (typeof content === 'object' && content !== null && 'read' in content && 'sizeBytes' in content) return content as ByteSource;
  return bytesAsSource(new TextEncoder().encode(typeof content === 'string' ? content : JSON.stringify(content)));
}
