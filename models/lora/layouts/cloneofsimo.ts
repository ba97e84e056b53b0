/**
 * @file cloneofsimo's lora_diffusion, the first LoRA for Stable Diffusion: `unet:12:up` and `unet:12:down`, where 12 counts layers in the
 * order in which PyTorch lists the model's modules. The classes that were counted are in the metadata; there is no alpha, the scale is 1.
 *
 * @see github.com/cloneofsimo/lora, lora_diffusion/lora.py: _find_modules_v2, save_safeloras_with_embeds
 */
import { AppError } from '../../errors/app-error.ts';
import type { LoraBase } from '../lora-base.ts';
import type { LayoutFile, LoraLayout } from './lora-layout.ts';

/** Class -> the layers in it that are counted: linear ones, and convolutions if residual blocks were asked for. */
const layersOfClass: Readonly<Record<string, RegExp>> = {
  CrossAttention: /\.(to_q|to_k|to_v|to_out\.0)$/,
  Attention: /\.(to_q|to_k|to_v|to_out\.0)$/,
  GEGLU: /\.ff\.net\.0\.proj$/,
  ResnetBlock2D: /\.resnets\.\d+\.(conv1|time_emb_proj|conv2|conv_shortcut)$/,
  CLIPAttention: /\.self_attn\.(k_proj|v_proj|q_proj|out_proj)$/,
};

/** Up blocks come before the middle block: the UNet's constructor registers their list first. */
const sections = ['down_blocks', 'up_blocks', 'mid_block'];
const kinds = ['attentions', 'resnets'];
const projections = ['to_q', 'to_k', 'to_v', 'to_out', 'conv1', 'time_emb_proj', 'conv2', 'conv_shortcut', 'k_proj', 'v_proj', 'q_proj', 'out_proj'];
/** Inside a transformer block: diffusers until 0.13, when nearly all of these files were made, and since. */
const blockOrders = [
  ['attn1', 'ff', 'attn2'],
  ['attn1', 'attn2', 'ff'],
];

export const cloneofsimo: LoraLayout = {
  label: 'cloneofsimo',
  recognizes: (keys) => keys.some((key) => /^(unet|text_encoder):\d+:(up|down)$/.test(key)),
  parseKey: (key) => {
    const match = /^((?:unet|text_encoder):\d+):(up|down)$/.exec(key);
    return match === null ? undefined : { module: match[1]!, part: match[2] as 'up' | 'down' };
  },
  findPaths: (file, base) => {
    const components = ['unet', 'text_encoder'].filter((component) => [...file.modules.keys()].some((module) => module.startsWith(`${component}:`)));
    const numbered = components.map((component) => {
      const orders = blockOrders.map((order) => orderedPaths(file, base, component, order));
      // The order is not written down; the sizes decide: a feed-forward layer is eight times as wide as the attention beside it.
      const fitting = orders.find((paths) => fits(file, base, component, paths));
      if (fitting === undefined) throw incompatible(file, base, component, orders[0]!.length);
      return [component, fitting] as const;
    });
    const pathsOf = new Map(numbered);
    return (module) => {
      const [component, index] = module.split(':') as [string, string];
      return pathsOf.get(component)?.[Number(index)];
    };
  },
};

/** The layers of a component in the order in which the file numbers them. */
function orderedPaths({ metadata }: LayoutFile, { modules }: LoraBase, component: string, blockOrder: readonly string[]): string[] {
  const patterns = classesOf(metadata[component], component).map((name) => layersOfClass[name]!);
  const rank = (path: string): number[] => {
    const [, section = '', block = '0', kind = '', item = '0', rest = ''] =
      /^unet\.(down_blocks|up_blocks|mid_block)(?:\.(\d+))?\.(\w+)\.(\d+)\.(.*)$/.exec(path) ?? [];
    const layer = Number(/encoder\.layers\.(\d+)\./.exec(path)?.[1] ?? 0);
    const [, transformer = '0', part = ''] = /transformer_blocks\.(\d+)\.(\w+)/.exec(rest) ?? [];
    const projection = projections.findIndex((name) => path.endsWith(`.${name}`) || path.endsWith(`.${name}.0`));
    return [sections.indexOf(section), Number(block), kinds.indexOf(kind), Number(item), layer, Number(transformer), blockOrder.indexOf(part), projection];
  };
  return [...modules.keys()]
    .filter((path) => path.startsWith(`${component}.`) && patterns.some((pattern) => pattern.test(path)))
    .map((path) => ({ path, rank: rank(path) }))
    .sort((a, b) => compare(a.rank, b.rank))
    .map(({ path }) => path);
}

/** By the first number that differs. */
function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at < 0 ? 0 : a[at]! - b[at]!;
}

/** @throws {AppError} `lora-unsupported` for a class whose layers we cannot number */
function classesOf(text: string | undefined, component: string): readonly string[] {
  const names: unknown = text === undefined ? (component === 'unet' ? ['Attention', 'GEGLU'] : ['CLIPAttention']) : parseNames(text);
  if (Array.isArray(names) && names.every((name): name is string => typeof name === 'string' && Object.hasOwn(layersOfClass, name))) return names;
  throw new AppError('lora-unsupported', {
    message: `it numbers the layers of ${text ?? 'nothing'}; we can number those of ${Object.keys(layersOfClass).join(', ')}`,
    help: 'Convert it to the kohya layout with the tool it was made with.',
  });
}

function parseNames(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // refused by the caller with the text itself
  }
}

function fits({ modules }: LayoutFile, base: LoraBase, component: string, paths: readonly string[]): boolean {
  const entries = [...modules].filter(([module]) => module.startsWith(`${component}:`));
  return (
    entries.length === paths.length &&
    entries.every(([module, { down, up }]) => {
      const [outputs, inputs] = base.modules.get(paths[Number(module.split(':')[1])] ?? '') ?? [];
      return up.shape[0] === outputs && down.shape[1] === inputs;
    })
  );
}

function incompatible({ modules }: LayoutFile, base: LoraBase, component: string, expected: number): AppError {
  const count = [...modules.keys()].filter((module) => module.startsWith(`${component}:`)).length;
  const reason = count === expected ? 'they are of other sizes' : `this model has ${expected} of that kind`;
  return new AppError('lora-incompatible', {
    message: `this likeness changes ${count} layers of the ${component}, which it only numbers; ${reason}`,
    help: 'Use it with the model it was trained on.',
  });
}
