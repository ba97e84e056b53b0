/** @file kohya's sd-scripts, A1111, ComfyUI, LyCORIS, and the LCM and Hyper-SD LoRAs: `lora_unet_<path with _ for .>.lora_down.weight` and an alpha. */
import type { LoraLayout, LoraPart } from './lora-layout.ts';

const parts: Readonly<Record<string, LoraPart>> = { 'lora_down.weight': 'down', 'lora_up.weight': 'up', 'lora_mid.weight': 'mid', alpha: 'alpha' };

/** `unet.mid_block.attentions.0.proj_in` -> `lora_unet_mid_block_attentions_0_proj_in`; `text_encoder` becomes `te`. */
export function kohyaName(path: string): string {
  return `lora_${path.replace(/^text_encoder\./, 'te.').replaceAll('.', '_')}`;
}

export const kohya: LoraLayout = {
  label: 'kohya',
  recognizes: (keys) => keys.some((key) => /^lora_(unet|te1?)_/.test(key)),
  parseKey: (key) => {
    const match = /^(lora_(?:unet|te1?)_\w+)\.(.*)$/.exec(key);
    const part = match === null ? undefined : parts[match[2]!];
    return part === undefined ? undefined : { module: match![1]!, part };
  },
  // The underscores cannot be undone without knowing the model's layers: the names go the other way.
  findPaths: (_file, { modules }) => {
    const pathOfName = new Map([...modules.keys()].map((path) => [kohyaName(path), path]));
    // diffusers writes `lora_te1_` for SD 1.5 too; transformers 5 dropped `text_model` from the names of its layers.
    return (module) => pathOfName.get(module.replace(/^lora_te1?_(text_model_)?/, 'lora_te_text_model_'));
  },
};
