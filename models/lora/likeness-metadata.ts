/** @file What a likeness file says of itself: enough for other programs to use it, nothing of the person. */
import type { LoraConfig } from './lora-config.ts';

export interface LikenessFacts {
  readonly lora: LoraConfig;
  readonly baseModel: string;
  readonly resolutionPx: number;
  readonly samples: number;
  readonly learningRate: number;
  readonly seed: number;
  readonly predictionType: string;
  /** The words that call the person, such as `ohwx woman`. */
  readonly triggerPhrase: string;
}

/** Metadata under the names that kohya's tools and A1111 read. No file names, captions or dates: the file is face data. */
export function likenessMetadata({ lora, baseModel, resolutionPx, samples, learningRate, seed, predictionType, triggerPhrase }: LikenessFacts): Record<string, string> {
  return {
    format: 'pt',
    ss_v2: 'False',
    ss_base_model_version: 'sd_v1',
    ss_network_module: 'networks.lora',
    ss_network_dim: String(lora.rank),
    ss_network_alpha: String(lora.alpha),
    ss_network_args: '{}',
    ss_sd_model_name: baseModel,
    ss_resolution: `(${resolutionPx}, ${resolutionPx})`,
    ss_steps: String(samples),
    ss_learning_rate: String(learningRate),
    ss_optimizer: 'AdamW',
    ss_seed: String(seed),
    ss_mixed_precision: 'no',
    'modelspec.sai_model_spec': '1.0.1',
    'modelspec.architecture': 'stable-diffusion-v1/lora',
    'modelspec.implementation': 'diffusers',
    'modelspec.title': 'likeness',
    'modelspec.resolution': `${resolutionPx}x${resolutionPx}`,
    'modelspec.prediction_type': predictionType === 'v_prediction' ? 'v' : predictionType,
    'modelspec.trigger_phrase': triggerPhrase,
    'modelspec.usage_hint': `Only for the model ${baseModel}: a close up portrait of ${triggerPhrase}`,
  };
}
