/** @file peft, and diffusers since 0.22: `unet.<path>.lora_A.weight` (down) and `lora_B` (up), or `base_model.model.<path>` of one component. */
import type { LoraBase } from '../lora-base.ts';
import type { LoraLayout, LoraPart } from './lora-layout.ts';

/** A dotted path as files spell it -> the model's; the component may be missing, and `text_model` with transformers 5. */
export function findDottedPath({ modules }: LoraBase, name: string): string | undefined {
  const inText = (path: string): string => path.replace(/^(?:text_encoder\.)?(?:text_model\.)?/, 'text_encoder.text_model.');
  return [name, `unet.${name}`, inText(name)].find((path) => modules.has(path));
}

/** Parses `<path>.lora_A.weight`; the adapter's name may stand before `weight`, as in a state of peft that was saved raw. */
export function parsePeftKey(key: string): { readonly module: string; readonly part: LoraPart } | undefined {
  const match = /^(?:base_model\.model\.)?(.+)\.lora_([AB])(?:\.\w+)?\.weight$/.exec(key);
  if (match !== null) return { module: match[1]!.replace('.processor', ''), part: match[2] === 'A' ? 'down' : 'up' };
  const alpha = /^(?:base_model\.model\.)?(.+)\.alpha$/.exec(key);
  return alpha === null ? undefined : { module: alpha[1]!.replace('.processor', ''), part: 'alpha' };
}

export const peft: LoraLayout = {
  label: 'peft or diffusers',
  recognizes: (keys) => keys.some((key) => /\.lora_[AB](\.\w+)?\.weight$/.test(key)),
  parseKey: parsePeftKey,
  findPaths: (_file, base) => (module) => findDottedPath(base, module),
};
