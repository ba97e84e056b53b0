/** @file How large a likeness is and which layers it may change. */
import { AppError } from '../errors/app-error.ts';

/** Named sets of layers, smallest first. */
export const targetPresets = {
  /** Query, key, value and output of every self- and cross-attention: the set that most published recipes train. */
  attention: [/\.attn[12]\.to_(q|k|v|out\.0)$/],
  /** The above and every other linear layer or 1x1 convolution of a transformer block. */
  transformer: [/\.attn[12]\.to_(q|k|v|out\.0)$/, /\.ff\.net\.(0\.proj|2)$/, /\.attentions\.\d+\.proj_(in|out)$/],
  /** The above, the residual blocks' convolutions and the timestep projections: what a small model needs to take on a face. */
  all: [
    /\.attn[12]\.to_(q|k|v|out\.0)$/,
    /\.ff\.net\.(0\.proj|2)$/,
    /\.attentions\.\d+\.proj_(in|out)$/,
    /\.resnets\.\d+\.(conv1|conv2|conv_shortcut|time_emb_proj)$/,
    /\.(downsamplers|upsamplers)\.0\.conv$/,
  ],
} as const satisfies Record<string, readonly RegExp[]>;

export type TargetPreset = keyof typeof targetPresets;

export interface LoraConfig {
  /** Width of the two factors. */
  readonly rank: number;
  /** The change is scaled by alpha / rank. */
  readonly alpha: number;
  readonly targets: TargetPreset;
}

/**
 * Checks a configuration.
 *
 * @throws {AppError} `job-invalid` if the rank is not a whole number of at least 1 or alpha is not positive
 */
export function checkLoraConfig({ rank, alpha }: LoraConfig): void {
  if (Number.isInteger(rank) && rank >= 1 && rank <= 1024 && alpha > 0) return;
  throw new AppError('job-invalid', {
    message: `a LoRA of rank ${rank} and alpha ${alpha} cannot be made`,
    help: 'Choose a whole rank from 1 to 1024 and an alpha above 0.',
  });
}

/** True if the preset changes the layer at this dotted path, such as `unet.mid_block.attentions.0.proj_in`. */
export function isTarget(preset: TargetPreset, modulePath: string): boolean {
  return modulePath.startsWith('unet.') && targetPresets[preset].some((pattern) => pattern.test(modulePath));
}
