/** @file Lends CLIP's vocabulary to checkpoints in a single file, which come without one. */
import type { ModelFolder } from '../formats/model-folder.ts';

/**
 * The folder, with the tokenizer of `vocabulary` where it has none of its own and is not in diffusers format: a diffusers folder without its
 * tokenizer is incomplete, and its vocabulary could be another.
 *
 * @param vocabulary a folder with `tokenizer/merges.txt`, such as `models/text/clip-vocabulary/`
 */
export function withClipVocabulary(folder: ModelFolder, vocabulary: ModelFolder): ModelFolder {
  const isInside = (path: string): boolean => path.startsWith('tokenizer/');
  const borrows = async (): Promise<boolean> => !(await folder.list()).some(({ path }) => isInside(path) || path === 'model_index.json');
  return {
    name: folder.name,
    list: async () => [...(await folder.list()), ...((await borrows()) ? (await vocabulary.list()).filter(({ path }) => isInside(path)) : [])],
    open: async (path) => (isInside(path) && (await borrows()) ? vocabulary : folder).open(path),
    readBytes: async (path) => (isInside(path) && (await borrows()) ? vocabulary : folder).readBytes(path),
  };
}
