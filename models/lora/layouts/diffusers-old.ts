/**
 * @file diffusers before peft, `unet.<path>.processor.to_q_lora.down.weight`, and what its training examples still write,
 * `unet.<path>.to_q.lora.down.weight` and `text_encoder.<path>.q_proj.lora_linear_layer.down.weight`.
 *
 * @see diffusers/utils/state_dict_utils.py
 */
import type { LoraLayout, LoraPart } from './lora-layout.ts';
import { findDottedPath, parsePeftKey } from './peft.ts';

const ofTextEncoder: Readonly<Record<string, string>> = { to_q: 'q_proj', to_k: 'k_proj', to_v: 'v_proj', to_out: 'out_proj' };

/** `attn1.processor.to_out_lora` -> `attn1.to_out.0`, `self_attn.to_q_lora` -> `self_attn.q_proj`. */
function moduleOf(parent: string, projection: string): string {
  if (parent.endsWith('.self_attn')) return `${parent}.${ofTextEncoder[projection]!}`;
  return `${parent}.${projection === 'to_out' ? 'to_out.0' : projection}`;
}

function partOf(ending: string): LoraPart {
  return ending === 'alpha' ? 'alpha' : ending.startsWith('down') ? 'down' : 'up';
}

export const diffusersOld: LoraLayout = {
  label: 'diffusers before peft',
  recognizes: (keys) => keys.some((key) => /(_lora|\.lora|\.lora_linear_layer)\.(down|up)\.weight$/.test(key)),
  parseKey: (key) => {
    const ofProcessor = /^(.+?)(?:\.processor)?\.(to_q|to_k|to_v|to_out)_lora\.(down\.weight|up\.weight|alpha)$/.exec(key);
    if (ofProcessor !== null) return { module: moduleOf(ofProcessor[1]!, ofProcessor[2]!), part: partOf(ofProcessor[3]!) };
    const ofLayer = /^(.+?)\.(?:lora|lora_linear_layer)\.(down\.weight|up\.weight|alpha)$/.exec(key);
    if (ofLayer !== null) return { module: ofLayer[1]!.replace('.processor', ''), part: partOf(ofLayer[2]!) };
    // Only attention is renamed by the examples; other layers in the same file keep peft's names.
    return parsePeftKey(key);
  },
  findPaths: (_file, base) => (module) => findDottedPath(base, module),
};
