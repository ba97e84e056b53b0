/**
 * @file The CLIP tokenizer: text to the numbers that a text encoder knows, equal to transformers' `CLIPTokenizer`.
 * @see Radford et al. 2021 and Sennrich et al. 2016, byte pair encoding
 */
import { AppError } from '../errors/app-error.ts';
import { fromLetters, toLetters } from './byte-alphabet.ts';

/** The texts of the files in a model's `tokenizer/` folder. */
export interface TokenizerFiles {
  /** `vocab.json`: token -> id. */
  readonly vocab: string;
  /** `merges.txt`: one pair a line, the most important first. */
  readonly merges: string;
  /** `tokenizer_config.json`, which names the padding token and the length; CLIP's own values if absent. */
  readonly config?: string;
}

const wordEnd = '</w>';
/** Contractions, runs of letters, single digits, runs of anything else that is not space. */
const wordPattern = /'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\t-\r\u0085\p{Z}\p{L}\p{N}]+/gu;

/** Built once per model; encoding is pure, apart from a cache of words. */
export class ClipTokenizer {
  /** How many ids the text encoder takes, start and end included: 77 for Stable Diffusion. */
  readonly maxLength: number;
  readonly startId: number;
  readonly endId: number;
  readonly padId: number;
  private readonly idOf: ReadonlyMap<string, number>;
  private readonly rankOf: ReadonlyMap<string, number>;
  private readonly tokenOf: ReadonlyMap<number, string>;
  private readonly specials: ReadonlyMap<string, number>;
  private readonly specialPattern: RegExp;
  private readonly wordCache = new Map<string, readonly number[]>();

  /** @throws {AppError} `model-unknown` if the files are not those of a CLIP tokenizer */
  constructor({ vocab, merges, config = '{}' }: TokenizerFiles) {
    const settings = parseObject(config, 'tokenizer_config.json');
    this.idOf = new Map(Object.entries(parseObject(vocab, 'vocab.json')) as [string, number][]);
    this.tokenOf = new Map([...this.idOf].map(([token, id]) => [id, token]));
    this.rankOf = new Map(parseMerges(merges).map((pair, rank) => [pair, rank]));
    const special = (key: string, fallback: string): string => tokenText(settings[key]) ?? fallback;
    const start = special('bos_token', '<|startoftext|>');
    const end = special('eos_token', '<|endoftext|>');
    const pad = special('pad_token', '<|endoftext|>');
    this.startId = this.requireId(start);
    this.endId = this.requireId(end);
    this.padId = this.requireId(pad);
    const length = Number(settings['model_max_length'] ?? 77);
    this.maxLength = length >= 2 && length <= 4096 ? length : 77; // some files hold 1e30 for "not limited"
    this.specials = new Map([
      [start, this.startId],
      [end, this.endId],
      [pad, this.padId],
    ]);
    const names = [...this.specials.keys()].sort((a, b) => b.length - a.length);
    this.specialPattern = new RegExp(`(${names.map((name) => name.replace(/[^\w]/g, '\\$&')).join('|')})`);
  }

  /** The ids of a text, all of them, without start and end. */
  tokenize(text: string): number[] {
    // Special tokens count only as they are written, before anything is lower-cased.
    return text.split(this.specialPattern).flatMap((part) => {
      const special = this.specials.get(part);
      if (special !== undefined) return [special];
      return (clean(part).match(wordPattern) ?? []).flatMap((word) => this.encodeWord(word));
    });
  }

  /** The ids of a text with start and end, cut and padded to exactly `length`. */
  encode(text: string, length = this.maxLength): number[] {
    const ids = [this.startId, ...this.tokenize(text).slice(0, length - 2), this.endId];
    return [...ids, ...new Array<number>(length - ids.length).fill(this.padId)];
  }

  /** How many ids of a text would be cut off; 0 if it fits. */
  overflow(text: string, length = this.maxLength): number {
    return Math.max(0, this.tokenize(text).length - (length - 2));
  }

  /** The text that ids stand for, in lower case, special tokens left out. */
  decode(ids: Iterable<number>): string {
    const special = new Set([this.startId, this.endId, this.padId]);
    const letters = Array.from(ids, (id) => (special.has(id) ? '' : (this.tokenOf.get(id) ?? ''))).join('');
    return letters.split(wordEnd).map(fromLetters).join(' ').trim();
  }

  private encodeWord(word: string): readonly number[] {
    const cached = this.wordCache.get(word);
    if (cached) return cached;
    const letters = toLetters(word);
    // A letter outside the vocabulary becomes the end token, CLIP's "unknown", and takes no part in merging.
    const symbols = letters.map((letter, index) => (index === letters.length - 1 ? letter + wordEnd : letter));
    const ids = this.merge(symbols).map((symbol) => this.idOf.get(symbol) ?? this.endId);
    this.wordCache.set(word, ids);
    return ids;
  }

  /** Joins the neighbours of best rank until no pair is in the list. */
  private merge(symbols: string[]): string[] {
    for (;;) {
      let best = Infinity;
      let at = -1;
      for (let index = 0; index + 1 < symbols.length; index++) {
        const rank = this.rankOf.get(`${symbols[index]} ${symbols[index + 1]}`) ?? Infinity;
        if (rank < best) [best, at] = [rank, index];
      }
      if (at < 0) return symbols;
      symbols = [...symbols.slice(0, at), symbols[at]! + symbols[at + 1]!, ...symbols.slice(at + 2)];
    }
  }

  private requireId(token: string): number {
    const id = this.idOf.get(token);
    if (id === undefined) throw unusable(`vocab.json has no ${token}`);
    return id;
  }
}

/** Composed characters, one kind of space, lower case letter by letter (not by word: Greek knows a final sigma). */
function clean(text: string): string {
  const spaced = text.normalize('NFC').replace(/[\t-\r\u0085\p{Z}]+/gu, ' ');
  return Array.from(spaced, (letter) => letter.toLowerCase()).join('');
}

function parseMerges(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line !== '' && !line.startsWith('#version'));
}

/** A token in a configuration is its text, or an object that holds it. */
function tokenText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'object' && value !== null && 'content' in value ? String(value.content) : undefined;
}

function parseObject(text: string, name: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed as Record<string, unknown>;
  } catch (cause) {
    throw unusable(`${name} is not JSON`, cause);
  }
  throw unusable(`${name} holds no object`);
}

function unusable(message: string, cause?: unknown): AppError {
  return new AppError('model-unknown', {
    message,
    help: 'Choose a model folder with the tokenizer of CLIP: vocab.json and merges.txt.',
    ...(cause === undefined ? {} : { cause }),
  });
}
