/** @file Files that are not a LoRA for this kind of model, told by one of their keys: each is refused with what it is. */
import { AppError } from '../errors/app-error.ts';

interface ForeignKey {
  readonly pattern: RegExp;
  /** Completes "it is ..." or "it holds ...". */
  readonly what: string;
  readonly help: string;
}

const plainLora = 'Look for a plain LoRA (also called LoCon with convolutions); this kind changes the weights in a way that Likeness does not apply.';
const otherArchitecture = 'Likeness draws with Stable Diffusion 1.x and 2.x. Look for a LoRA made for one of them.';

const foreignKeys: readonly ForeignKey[] = [
  { pattern: /\.hada_[wt]\d/, what: 'a LoHa (Hadamard product)', help: plainLora },
  { pattern: /\.lokr_[wt]\d/, what: 'a LoKr (Kronecker product)', help: plainLora },
  { pattern: /\.(dora_scale|lora_magnitude_vector)/, what: 'a DoRA (learned magnitudes)', help: plainLora },
  { pattern: /\.(oft_blocks|oft_diag|oft_R)/, what: 'an OFT adapter (rotations)', help: plainLora },
  { pattern: /\.(diff|diff_b|w_norm|b_norm)$/, what: 'full differences of weights', help: plainLora },
  { pattern: /\.lora_[AB](\.\w+)?\.bias$/, what: 'a LoRA with biases', help: plainLora },
  {
    pattern: /^lora_te2_|^text_encoder_2\.|^lora_unet_input_blocks_[4578]_1_transformer_blocks_[1-9]/,
    what: 'a LoRA for Stable Diffusion XL',
    help: otherArchitecture,
  },
  {
    pattern: /(^|[._])(double_blocks|single_blocks|single_transformer_blocks|joint_blocks|joint_transformer_blocks|diffusion_model\.layers)[._]/,
    what: 'a LoRA for a transformer model such as Flux or Stable Diffusion 3',
    help: otherArchitecture,
  },
  {
    pattern: /^(model\.diffusion_model|first_stage_model|cond_stage_model)\.|^conv_in\.weight$|^(unet\.)?down_blocks\.0\.resnets\.0\.norm1\.weight$/,
    what: 'a whole model',
    help: 'Add it as a model, not as a likeness.',
  },
  {
    pattern: /^(bundle_emb\.|emb_params$|clip_[lg]$|string_to_param)/,
    what: 'learned words (a textual inversion)',
    help: 'Likeness cannot use learned words. Look for the same subject as a LoRA.',
  },
];

/** @throws {AppError} `lora-unsupported` naming the kind of file */
export function refuseForeignKeys(keys: readonly string[]): void {
  for (const { pattern, what, help } of foreignKeys) {
    const key = keys.find((candidate) => pattern.test(candidate));
    if (key !== undefined) throw new AppError('lora-unsupported', { message: `the file holds ${what}: ${key}`, help });
  }
}
