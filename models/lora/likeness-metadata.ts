/** @file What a likeness file says of itself: enough for other programs to use it, nothing of the person. */
import type { LoraConfig } from './lora-config.ts';
import { metadataNames } from './metadata-names.ts';

/** The licence of the model that a likeness was learned on. Open RAIL asks that its restrictions travel with what is derived from it. */
export interface BaseLicence {
  readonly name: string;
  /** Its full text. */
  readonly link: string;
  /** What it forbids, in its own words; empty for none. */
  readonly restrictions: readonly string[];
}

export interface LikenessFacts {
  readonly lora: LoraConfig;
  readonly baseModel: string;
  /** `fingerprintOf` the base model's weights; null leaves it out. */
  readonly baseFingerprint: string | null;
  /** Null where it is not known. */
  readonly baseLicence: BaseLicence | null;
  /** Numbers a word is made of: 768 in Stable Diffusion 1.x, 1024 in 2.x. */
  readonly textWidth: number;
  readonly resolutionPx: number;
  readonly samples: number;
  readonly learningRate: number;
  readonly seed: number;
  readonly predictionType: string;
  /** The words that call the person, such as `ohwx woman`. */
  readonly triggerPhrase: string;
}

/** Metadata under the names that kohya's tools and A1111 read. No file names, captions or dates: the file is face data. */
export function likenessMetadata(facts: LikenessFacts): Record<string, string> {
  const { lora, baseModel, baseFingerprint, baseLicence, textWidth, resolutionPx, samples, learningRate, seed, predictionType, triggerPhrase } = facts;
  const isSecond = textWidth === 1024;
  const isVelocity = predictionType === 'v_prediction';
  return {
    format: 'pt',
    ss_v2: isSecond ? 'True' : 'False',
    ss_base_model_version: isSecond ? (isVelocity ? 'sd_v2_v' : 'sd_v2') : 'sd_v1',
    ss_network_module: 'networks.lora',
    ss_network_dim: String(lora.rank),
    ss_network_alpha: String(lora.alpha),
    ss_network_args: '{}',
    ss_output_name: 'likeness',
    [metadataNames.baseModel]: baseModel,
    ...(baseFingerprint === null ? {} : { [metadataNames.baseFingerprint]: baseFingerprint }),
    ss_resolution: `(${resolutionPx}, ${resolutionPx})`,
    ss_clip_skip: 'None',
    ss_steps: String(samples),
    ss_learning_rate: String(learningRate),
    ss_optimizer: 'AdamW',
    ss_seed: String(seed),
    ss_mixed_precision: 'no',
    ss_tag_frequency: JSON.stringify({ likeness: { [triggerPhrase]: 1 } }),
    'modelspec.sai_model_spec': '1.0.1',
    'modelspec.architecture': `stable-diffusion-${isSecond ? (isVelocity ? 'v2-768-v' : 'v2-512') : 'v1'}/lora`,
    'modelspec.implementation': 'diffusers',
    'modelspec.title': 'likeness',
    'modelspec.resolution': `${resolutionPx}x${resolutionPx}`,
    'modelspec.prediction_type': isVelocity ? 'v' : predictionType,
    [metadataNames.triggerPhrase]: triggerPhrase,
    'modelspec.usage_hint': `Only for the model ${baseModel}: a close up portrait of ${triggerPhrase}`,
    ...(baseLicence === null ? {} : licenceMetadata(baseLicence)),
  };
}

function licenceMetadata({ name, link, restrictions }: BaseLicence): Record<string, string> {
  const license = [name, link].filter((part) => part !== '').join(', ');
  return { 'modelspec.license': license, ...(restrictions.length === 0 ? {} : { likeness_use_restrictions: restrictions.join('; ') }) };
}
