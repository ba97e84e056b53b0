/** @file The UNet of a CompVis checkpoint: its configuration from names and shapes, and its names in diffusers. */
import { AppError } from '../../../errors/app-error.ts';
import type { TensorEntry } from '../../../formats/safetensors-header.ts';
import { countBlocks, renamed, type PartTensors } from './layout.ts';

/** Names outside the numbered blocks: LDM -> diffusers. */
const fixedNames: Readonly<Record<string, string>> = {
  'time_embed.0': 'time_embedding.linear_1',
  'time_embed.2': 'time_embedding.linear_2',
  'input_blocks.0.0': 'conv_in',
  'out.0': 'conv_norm_out',
  'out.2': 'conv_out',
};

/** Names inside a residual block: LDM -> diffusers. */
const resnetNames: Readonly<Record<string, string>> = {
  'in_layers.0': 'norm1',
  'in_layers.2': 'conv1',
  'emb_layers.1': 'time_emb_proj',
  'out_layers.0': 'norm2',
  'out_layers.3': 'conv2',
  skip_connection: 'conv_shortcut',
};

/** Every residual block of a level is one numbered block, and so is the change of resolution behind it. */
interface Blocks {
  readonly levels: number;
  readonly layersPerBlock: number;
}

function readBlocks(part: PartTensors): Blocks {
  const inputs = countBlocks(part, 'input_blocks.');
  const firstDownsample = Array.from({ length: inputs }, (_, index) => index).find((index) => part.has(`input_blocks.${index}.0.op.weight`));
  const layersPerBlock = (firstDownsample ?? inputs) - 1;
  return { levels: inputs / (layersPerBlock + 1), layersPerBlock };
}

/**
 * unet/config.json of a UNet in LDM's layout. Heads and group norms leave no trace in the shapes: they are those of the published
 * models, 8 heads in 1.x and heads of 64 in 2.x, 32 groups.
 *
 * @param sampleSize latent pixels of one side
 */
export function unetConfig(part: PartTensors, sampleSize: number): Record<string, unknown> {
  const { levels, layersPerBlock } = readBlocks(part);
  const shape = (name: string): readonly number[] => part.get(name)?.shape ?? [];
  const firstBlock = (level: number): number => 1 + level * (layersPerBlock + 1);
  const perLevel = Array.from({ length: levels }, (_, level) => level);
  const channels = perLevel.map((level) => shape(`input_blocks.${firstBlock(level)}.0.in_layers.2.weight`)[0] ?? 0);
  const hasAttention = perLevel.map((level) => part.has(`input_blocks.${firstBlock(level)}.1.proj_in.weight`));
  const attended = `input_blocks.${firstBlock(Math.max(0, hasAttention.indexOf(true)))}.1`;
  const crossAttentionDim = shape(`${attended}.transformer_blocks.0.attn2.to_k.weight`)[1] ?? 0;
  return {
    _class_name: 'UNet2DConditionModel',
    sample_size: sampleSize,
    in_channels: shape('input_blocks.0.0.weight')[1],
    out_channels: shape('out.2.weight')[0],
    block_out_channels: channels,
    layers_per_block: layersPerBlock,
    transformer_layers_per_block: perLevel.map((level) => Math.max(1, countBlocks(part, `input_blocks.${firstBlock(level)}.1.transformer_blocks.`))),
    down_block_types: hasAttention.map((attends) => (attends ? 'CrossAttnDownBlock2D' : 'DownBlock2D')),
    up_block_types: hasAttention.toReversed().map((attends) => (attends ? 'CrossAttnUpBlock2D' : 'UpBlock2D')),
    mid_block_type: countBlocks(part, 'middle_block.') === 0 ? null : 'UNetMidBlock2DCrossAttn',
    cross_attention_dim: crossAttentionDim,
    attention_head_dim: isVersion2(crossAttentionDim) ? channels.map((width) => width / 64) : 8,
    use_linear_projection: shape(`${attended}.proj_in.weight`).length === 2,
  };
}

/** Text features of 1024 are those of OpenCLIP-H, which makes it a Stable Diffusion 2; diffusers tells them apart by the same number. */
export function isVersion2(crossAttentionDim: number): boolean {
  return crossAttentionDim === 1024;
}

/**
 * The UNet's tensors by their names in diffusers.
 *
 * @throws {AppError} `model-unknown` naming a tensor that a Stable Diffusion UNet does not have
 */
export function unetEntries(part: PartTensors): TensorEntry[] {
  const { layersPerBlock } = readBlocks(part);
  return [...part].map(([key, entry]) => {
    const name = unetName(key, layersPerBlock + 1);
    if (name !== undefined) return renamed(entry, name);
    throw new AppError('model-unknown', {
      message: `the checkpoint's UNet has ${key}, which a Stable Diffusion 1.x or 2.x has not`,
      help: 'It is another architecture, or one with a part that Likeness does not build. Choose a Stable Diffusion 1.x or 2.x.',
    });
  });
}

function unetName(key: string, blocksPerLevel: number): string | undefined {
  const match = /^(input_blocks|middle_block|output_blocks)\.(\d+)\.(?:(\d+)\.)?(.+)$/.exec(key);
  const fixed = /^(.+)\.(weight|bias)$/.exec(key);
  if (fixed !== null && Object.hasOwn(fixedNames, fixed[1]!)) return `${fixedNames[fixed[1]!]!}.${fixed[2]!}`;
  if (match === null) return undefined;
  const [, kind, first, second, rest] = match as unknown as [string, string, string, string | undefined, string];
  const index = Number(first);
  if (kind === 'middle_block') {
    // Residual block, transformer, residual block; the second number belongs to the part.
    const inside = second === undefined ? rest : `${second}.${rest}`;
    return moduleName(`mid_block`, Math.floor(index / 2), inside, index % 2 === 1);
  }
  if (second === undefined) return undefined;
  const place = kind === 'input_blocks' ? index - 1 : index;
  const block = `${kind === 'input_blocks' ? 'down_blocks' : 'up_blocks'}.${Math.floor(place / blocksPerLevel)}`;
  if (rest.startsWith('op.')) return `${block}.downsamplers.0.conv.${rest.slice('op.'.length)}`;
  if (rest.startsWith('conv.')) return `${block}.upsamplers.0.conv.${rest.slice('conv.'.length)}`;
  return moduleName(block, place % blocksPerLevel, rest, second === '1');
}

function moduleName(block: string, index: number, rest: string, isTransformer: boolean): string | undefined {
  if (isTransformer) return `${block}.attentions.${index}.${rest}`;
  const end = rest.lastIndexOf('.');
  const name = resnetNames[rest.slice(0, end)];
  return name === undefined ? undefined : `${block}.resnets.${index}.${name}${rest.slice(end)}`;
}
