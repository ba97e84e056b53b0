/** @file Whether a checkpoint predicts noise or velocity. Its weights do not say; this is what there is to go by, best evidence first. */
import type { SafetensorsHeader } from '../../../formats/safetensors-header.ts';
import { readTensor, type ByteSource } from '../../../formats/safetensors.ts';
import { widenHalves } from '../../../tensor/float16.ts';
import type { PredictionType } from '../../../schedulers/scheduler-config.ts';
import { prefixes } from './layout.ts';

export interface Prediction {
  readonly type: PredictionType;
  /** Where it is known from, for people: it may be a guess. */
  readonly because: string;
  /** Trained down to a signal of zero, so that sampling must begin there. */
  readonly zeroSnr: boolean;
}

/** The norm whose biases spread wider in Stability AI's velocity models than in their noise models. */
const tellingTensor = `${prefixes.unet}output_blocks.11.1.transformer_blocks.0.norm1.bias`;
const tellingSpread = 0.09;

/**
 * What a checkpoint predicts.
 *
 * 1. What the person said. 2. Tensors named `v_pred` and `ztsnr`, which trainers leave as marks. 3. The metadata `modelspec.prediction_type`
 * (or `predict_key`, `architecture`). 4. Stable Diffusion 1 predicts noise. 5. For 2.x the spread of one norm's biases, the rule of ComfyUI:
 * above 0.09 it is velocity. diffusers takes every 2.x for velocity, which is wrong for 2-base and SD-Turbo.
 *
 * @param stated what the person said, if anything
 */
export async function readPrediction(header: SafetensorsHeader, source: ByteSource, version2: boolean, stated?: PredictionType): Promise<Prediction> {
  const zeroSnr = header.entries.has('ztsnr');
  if (stated !== undefined) return { type: stated, because: 'as you said', zeroSnr };
  if (header.entries.has('v_pred')) return { type: 'v_prediction', because: 'the file has a tensor v_pred', zeroSnr };
  const written = fromMetadata(header.metadata);
  if (written !== undefined) return { type: written, because: 'the file says so in its metadata', zeroSnr };
  if (!version2) return { type: 'epsilon', because: 'Stable Diffusion 1.x predicts noise unless its file says otherwise', zeroSnr };
  const entry = header.entries.get(tellingTensor);
  if (entry === undefined) return { type: 'v_prediction', because: 'a guess: most Stable Diffusion 2.x predict velocity', zeroSnr };
  const { dtype, data } = await readTensor(source, entry);
  const spread = standardDeviation(dtype === 'float16' ? widenHalves(data as Uint16Array) : (data as Float32Array));
  const type = spread > tellingSpread ? 'v_prediction' : 'epsilon';
  return { type, because: `a guess from the weights: a norm's biases spread by ${spread.toFixed(3)}, velocity models by more than ${tellingSpread}`, zeroSnr };
}

function fromMetadata(metadata: Readonly<Record<string, string>>): PredictionType | undefined {
  const stated = metadata['modelspec.prediction_type'] ?? metadata['modelspec.predict_key'];
  if (stated !== undefined) return /^v/.test(stated) ? 'v_prediction' : stated === 'epsilon' ? 'epsilon' : undefined;
  return metadata['modelspec.architecture']?.startsWith('stable-diffusion-v2-768-v') === true ? 'v_prediction' : undefined;
}

function standardDeviation(values: Float32Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}
