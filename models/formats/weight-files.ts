/** @file Which files of a model folder hold a component's weights: variants, shards, and what is refused. */
import { AppError } from '../errors/app-error.ts';
import { readJson, type ModelFile, type ModelFolder } from './model-folder.ts';

export interface WeightFileOptions {
  /**
   * The variant to take where a component has it, such as `fp16` (half the bytes); the plain files of those that lack it, as in diffusers.
   * One that no component has is refused: see `requireVariant`. Default: plain files first.
   * Unlike diffusers, a component that exists only as a variant is taken as it is: there is nothing else it could mean.
   */
  readonly variant?: string;
}

/** The files of one component. */
export interface WeightFiles {
  /** One file, or every shard, in the order of their names. */
  readonly paths: readonly string[];
  /** `fp16` and such; null for the plain files. */
  readonly variant: string | null;
  /** For shards: tensor name -> path of its file. */
  readonly shardOf: ReadonlyMap<string, string> | null;
}

/** Names of weight files without their endings: diffusers saves the first, transformers the second. */
const stems = ['diffusion_pytorch_model', 'model'] as const;
const weightName = new RegExp(`^(?:${stems.join('|')})(?:\\.([\\w-]+))?\\.safetensors$`);
/** diffusers writes `model.safetensors.index.fp16.json`, others `model.fp16.safetensors.index.json`. */
const indexName = new RegExp(`^(?:${stems.join('|')})(?:\\.([\\w-]+))?\\.safetensors\\.index(?:\\.([\\w-]+))?\\.json$`);
const pickleEnding = /\.(bin|ckpt|pt|pth|pkl)$/;
const shardName = /-\d+-of-\d+(\.[\w-]+)?\.safetensors$/;

/**
 * Finds the weights of a component.
 *
 * @param component folder below the model's, such as `unet`
 * @param listed    `folder.list()`, read once by the caller for all components
 * @throws {AppError} `model-file-missing` if there are none or a shard is absent, `weights-pickled` if there are only pickles,
 *   `weights-corrupt` if the list of shards is not one
 */
export async function findWeightFiles(
  folder: ModelFolder,
  listed: readonly ModelFile[],
  component: string,
  options: WeightFileOptions = {},
): Promise<WeightFiles> {
  const prefix = `${component}/`;
  const names = namesIn(listed, component);
  const variants = variantsAmong(names);
  const wanted = [options.variant ?? '', '', 'fp16', 'bf16', ...variants.keys()].find((variant) => variants.has(variant));
  if (wanted === undefined)
    throw names.some((name) => pickleEnding.test(name)) ? pickled(`the ${component} of ${folder.name}`) : missing(folder.name, component);
  const { file, index } = variants.get(wanted)!;
  const variant = wanted === '' ? null : wanted;
  if (file !== undefined) return { paths: [prefix + file], variant, shardOf: null };
  const shardOf = readShardMap(await readIndex(folder, prefix + index!), prefix, prefix + index!);
  const paths = [...new Set(shardOf.values())].sort();
  const absent = paths.find((path) => !listed.some((found) => found.path === path));
  if (absent !== undefined) {
    throw new AppError('model-file-missing', {
      message: `${absent}, named in ${prefix + index!}, is not in ${folder.name}`,
      help: 'Download all shards of the model.',
    });
  }
  return { paths, variant, shardOf };
}

/**
 * Says no to a variant that not one of the components has, rather than to take other files than the ones that were asked for.
 *
 * @throws {AppError} `model-file-missing` naming what is there
 */
export function requireVariant({ name }: ModelFolder, listed: readonly ModelFile[], components: readonly string[], variant: string): void {
  const present = new Set(components.flatMap((component) => [...variantsAmong(namesIn(listed, component)).keys()]));
  if (present.size === 0 || present.has(variant)) return; // Without any files there is more to say than this.
  const named = [...present].filter((other) => other !== '').sort();
  throw new AppError('model-file-missing', {
    message: `${name} has no weight files of the variant ${variant}, only ${[...(present.has('') ? ['plain ones'] : []), ...named].join(', ')}`,
    help: named.length === 0 ? 'Leave the variant out.' : `Leave the variant out, or take ${named.join(' or ')}.`,
  });
}

/** Names of the files of a component, without its folder. */
function namesIn(listed: readonly ModelFile[], component: string): string[] {
  const prefix = `${component}/`;
  return listed.filter(({ path }) => path.startsWith(prefix)).map(({ path }) => path.slice(prefix.length));
}

/** Variant -> its file or its index of shards; `''` for the plain ones. */
function variantsAmong(names: readonly string[]): ReadonlyMap<string, { readonly file?: string; readonly index?: string }> {
  const variants = new Map<string, { file?: string; index?: string }>();
  for (const name of names.toSorted()) {
    const file = shardName.test(name) ? null : weightName.exec(name);
    const index = indexName.exec(name);
    // Sorted, so that of two stems in one folder the one that diffusers looks for comes first and stays.
    if (file !== null) variants.set(file[1] ?? '', { file: name, ...variants.get(file[1] ?? '') });
    if (index !== null) variants.set(index[2] ?? index[1] ?? '', { index: name, ...variants.get(index[2] ?? index[1] ?? '') });
  }
  return variants;
}

/** True for names of files that Python would unpickle. */
export function isPickleName(path: string): boolean {
  return pickleEnding.test(path);
}

/** True for the first bytes of a pickle or of the zip archive that PyTorch puts one in. */
export function isPickle(first4: Uint8Array): boolean {
  const [a, b, c, d] = first4;
  return (a === 0x50 && b === 0x4b && c === 3 && d === 4) || (a === 0x80 && b !== undefined && b >= 2 && b <= 5 && c === 0x8a);
}

/** Why a pickle is refused, and what to do. @param what the path of the file, or how it is called */
export function pickled(what: string): AppError {
  return new AppError('weights-pickled', {
    message: `${what} is a Python pickle, as .bin, .ckpt and .pt files are: opening one can run any program hidden in it, so Likeness does not read them`,
    help: 'Look for the same model as .safetensors; most authors publish both. Python can convert one you trust: safetensors.torch.save_file(torch.load(FILE, weights_only=True), OUT).',
  });
}

async function readIndex(folder: ModelFolder, path: string): Promise<unknown> {
  try {
    return await readJson(folder, path);
  } catch (cause) {
    if (cause instanceof SyntaxError) throw brokenIndex(path, 'is not JSON', cause);
    throw cause;
  }
}

function readShardMap(json: unknown, prefix: string, path: string): Map<string, string> {
  const map = typeof json === 'object' && json !== null && 'weight_map' in json ? json.weight_map : null;
  if (typeof map !== 'object' || map === null) throw brokenIndex(path, 'has no weight_map');
  const shardOf = new Map<string, string>();
  for (const [tensor, file] of Object.entries(map)) {
    // A name from a file must not lead out of the folder.
    if (typeof file !== 'string' || !/^[\w.-]+\.safetensors$/.test(file)) throw brokenIndex(path, `names ${JSON.stringify(file)} as the file of ${tensor}`);
    shardOf.set(tensor, prefix + file);
  }
  return shardOf;
}

function brokenIndex(path: string, what: string, cause?: unknown): AppError {
  return new AppError('weights-corrupt', { message: `${path} ${what}`, help: 'Download the file again.', ...(cause === undefined ? {} : { cause }) });
}

function missing(where: string, component: string): AppError {
  return new AppError('model-file-missing', {
    message: `${where} has no weights for ${component}: ${component}/${stems[0]}.safetensors or ${component}/${stems[1]}.safetensors`,
    help: 'Download this part of the model as safetensors.',
  });
}
