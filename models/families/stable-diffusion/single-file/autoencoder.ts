/** @file The autoencoder of a CompVis checkpoint: its configuration from names and shapes, and its names in diffusers. */
import type { TensorEntry } from '../../../formats/safetensors-header.ts';
import { countBlocks, renamed, type PartTensors } from './layout.ts';

const attentionNames: Readonly<Record<string, string>> = { norm: 'group_norm', q: 'to_q', k: 'to_k', v: 'to_v', proj_out: 'to_out.0' };

/** vae/config.json of an autoencoder in LDM's layout. The scale of the latents is that of every Stable Diffusion 1.x and 2.x. */
export function autoencoderConfig(part: PartTensors): Record<string, unknown> {
  const shape = (name: string): readonly number[] => part.get(name)?.shape ?? [];
  const levels = countBlocks(part, 'encoder.down.');
  return {
    _class_name: 'AutoencoderKL',
    in_channels: shape('encoder.conv_in.weight')[1],
    out_channels: shape('decoder.conv_out.weight')[0],
    latent_channels: shape('decoder.conv_in.weight')[1],
    block_out_channels: Array.from({ length: levels }, (_, level) => shape(`encoder.down.${level}.block.0.conv1.weight`)[0]),
    layers_per_block: countBlocks(part, 'encoder.down.0.block.'),
    down_block_types: new Array<string>(levels).fill('DownEncoderBlock2D'),
    up_block_types: new Array<string>(levels).fill('UpDecoderBlock2D'),
    scaling_factor: 0.18215,
  };
}

/** The autoencoder's tensors by their names in diffusers; what is left of its training, such as `loss.*`, is dropped. */
export function autoencoderEntries(part: PartTensors): TensorEntry[] {
  const levels = countBlocks(part, 'encoder.down.');
  return [...part].flatMap(([key, entry]) => {
    const attention = /^(encoder|decoder)\.mid\.attn_1\.(\w+)\.(weight|bias)$/.exec(key);
    const attentionName = attention === null ? undefined : attentionNames[attention[2]!];
    if (attention !== null && attentionName !== undefined) {
      // LDM has convolutions of 1 x 1 where diffusers has linear layers: the same numbers with two axes less.
      return [renamed(entry, `${attention[1]!}.mid_block.attentions.0.${attentionName}.${attention[3]!}`, entry.shape.slice(0, 2))];
    }
    const name = autoencoderName(key, levels);
    return name === undefined ? [] : [renamed(entry, name)];
  });
}

function autoencoderName(key: string, levels: number): string | undefined {
  if (/^(quant_conv|post_quant_conv)\.|^(encoder|decoder)\.(conv_in|conv_out)\./.test(key)) return key;
  if (/^(encoder|decoder)\.norm_out\./.test(key)) return key.replace('norm_out', 'conv_norm_out');
  const middle = /^(encoder|decoder)\.mid\.block_(\d)\.(.+)$/.exec(key);
  if (middle !== null) return `${middle[1]!}.mid_block.resnets.${Number(middle[2]) - 1}.${resnetPart(middle[3]!)}`;
  const block = /^(encoder\.down|decoder\.up)\.(\d+)\.(?:block\.(\d+)|(?:downsample|upsample))\.(.+)$/.exec(key);
  if (block === null) return undefined;
  const isDown = block[1] === 'encoder.down';
  // LDM numbers the decoder's levels from the largest picture on, diffusers in the order in which they run.
  const level = isDown ? Number(block[2]) : levels - 1 - Number(block[2]);
  const path = `${isDown ? 'encoder.down_blocks' : 'decoder.up_blocks'}.${level}`;
  if (block[3] === undefined) return `${path}.${isDown ? 'downsamplers' : 'upsamplers'}.0.${block[4]!}`;
  return `${path}.resnets.${block[3]}.${resnetPart(block[4]!)}`;
}

function resnetPart(rest: string): string {
  return rest.replace('nin_shortcut', 'conv_shortcut');
}
