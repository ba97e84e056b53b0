/** @file Reads a model's tokenizer folder in each of the ways in which transformers has saved it over the years. */
import { AppError } from '../errors/app-error.ts';
import { readText, type ModelFile, type ModelFolder } from '../formats/model-folder.ts';
import { alphabet } from './byte-alphabet.ts';
import { ClipTokenizer } from './clip-tokenizer.ts';

/**
 * Reads `tokenizer/`: vocab.json and merges.txt, or tokenizer.json alone, or merges.txt alone if the vocabulary is numbered as CLIP's;
 * tokenizer_config.json and special_tokens_map.json where they are.
 *
 * @param listed `folder.list()`
 * @throws {AppError} `model-file-missing` if there is no vocabulary, `model-unknown` if it is not that of CLIP
 */
export async function readTokenizer(folder: ModelFolder, listed: readonly ModelFile[]): Promise<ClipTokenizer> {
  const has = (name: string): boolean => listed.some(({ path }) => path === `tokenizer/${name}`);
  const text = (name: string): Promise<string> => readText(folder, `tokenizer/${name}`);
  const config = JSON.stringify({
    ...(has('tokenizer_config.json') ? parseObject(await text('tokenizer_config.json'), 'tokenizer_config.json') : {}),
    ...(has('special_tokens_map.json') ? overridingTokens(parseObject(await text('special_tokens_map.json'), 'special_tokens_map.json')) : {}),
  });
  if (has('vocab.json') && has('merges.txt')) return new ClipTokenizer({ vocab: await text('vocab.json'), merges: await text('merges.txt'), config });
  if (has('tokenizer.json')) return new ClipTokenizer({ ...splitTokenizerJson(parseObject(await text('tokenizer.json'), 'tokenizer.json')), config });
  if (has('merges.txt')) {
    const merges = await text('merges.txt');
    return new ClipTokenizer({ vocab: vocabularyOf(merges), merges, config });
  }
  throw new AppError('model-file-missing', {
    message: `${folder.name} has no tokenizer: tokenizer/vocab.json and tokenizer/merges.txt, or tokenizer/tokenizer.json`,
    help: 'Download the tokenizer folder of the model, or put that of any Stable Diffusion of the same version beside it.',
  });
}

/**
 * The special tokens of special_tokens_map.json win over tokenizer_config.json, as in transformers 5.23. It matters: Stable Diffusion 2 states
 * the padding token `!` only there, and was trained with it.
 */
function overridingTokens(map: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(map).filter(([key]) => key === 'bos_token' || key === 'eos_token' || key === 'pad_token'));
}

/** The vocabulary as CLIP numbers it: single letters, letters that end a word, the merges in their order, start and end. */
function vocabularyOf(merges: string): string {
  const joined = merges
    .split(/\r?\n/)
    .filter((line) => line !== '' && !line.startsWith('#version'))
    .map((pair) => pair.replace(' ', ''));
  const tokens = [...alphabet, ...alphabet.map((letter) => `${letter}</w>`), ...joined, '<|startoftext|>', '<|endoftext|>'];
  return JSON.stringify(Object.fromEntries(tokens.map((token, id) => [token, id])));
}

/** The vocabulary and merges in a tokenizer.json of the `tokenizers` library, as the two older files hold them. */
function splitTokenizerJson(json: Record<string, unknown>): { vocab: string; merges: string } {
  const model = json['model'];
  if (typeof model !== 'object' || model === null || !('vocab' in model) || !('merges' in model) || !Array.isArray(model.merges)) {
    throw notClip('tokenizer.json holds no byte pair vocabulary');
  }
  // Each merge is "a b", or ["a", "b"] since tokenizers 0.20.
  const merges = model.merges.map((merge: unknown) => (Array.isArray(merge) ? merge.join(' ') : String(merge)));
  return { vocab: JSON.stringify(model.vocab), merges: merges.join('\n') };
}

function parseObject(text: string, name: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed as Record<string, unknown>;
  } catch (cause) {
    throw notClip(`${name} is not JSON`, cause);
  }
  throw notClip(`${name} holds no object`);
}

function notClip(message: string, cause?: unknown): AppError {
  return new AppError('model-unknown', { message, help: 'Choose a model folder with the tokenizer of CLIP.', ...(cause === undefined ? {} : { cause }) });
}
