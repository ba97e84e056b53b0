/** @file The nudity classifier: a Keras layers model kept as bytes, and the same weights under our names. */
import { float32, type Tensor } from '../../tensor/tensor.ts';
import { nudityStages } from '../nudity-net.ts';
import { bias, convolutionWeight, depthwiseWeight } from './convert-layout.ts';
import { keepDense, keepWeight } from './keep-bytes.ts';
import { readTfjsWeights, type TfjsManifest } from './tfjs-weights.ts';
import { weightReader } from './weight-reader.ts';

/** What Keras adds to the variance; all layers of the model have the same. */
const epsilon = 1e-3;

/**
 * Each batch normalisation goes into the steps of the bytes before it, and into a bias.
 *
 * @throws {AppError} `weights-missing` if a weight is absent
 */
export function convertNudity(model: TfjsManifest, bytes: Uint8Array): Map<string, Tensor> {
  const weightOf = weightReader(readTfjsWeights(model, bytes));
  const result = new Map<string, Tensor>();
  const folded = (name: string, kernel: string, normalisation: string, layout: typeof convolutionWeight): void => {
    const [gamma, beta, mean, variance] = ['gamma', 'beta', 'moving_mean', 'moving_variance'].map((part) => weightOf(`${normalisation}/${part}`).data);
    const scales = gamma!.map((value, i) => value / Math.sqrt(variance![i]! + epsilon));
    keepWeight(result, `${name}.weight`, weightOf(kernel), layout, scales);
    result.set(
      `${name}.bias`,
      float32(
        [scales.length],
        scales.map((scale, i) => beta![i]! - mean![i]! * scale),
      ),
    );
  };
  folded('stem', 'Conv1/kernel', 'bn_Conv1', convolutionWeight);
  const blockCount = nudityStages.reduce((sum, [, , repeats]) => sum + repeats, 0);
  for (let block = 0; block < blockCount; block++) {
    const source = block === 0 ? 'expanded_conv' : `block_${block}`;
    if (block > 0) folded(`blocks.${block}.expand`, `${source}_expand/kernel`, `${source}_expand_BN`, convolutionWeight);
    folded(`blocks.${block}.depthwise`, `${source}_depthwise/depthwise_kernel`, `${source}_depthwise_BN`, depthwiseWeight);
    folded(`blocks.${block}.project`, `${source}_project/kernel`, `${source}_project_BN`, convolutionWeight);
  }
  folded('last', 'Conv_1/kernel', 'Conv_1_bn', convolutionWeight);
  for (let i = 0; i < 3; i++) {
    keepDense(result, `dense.${i}`, weightOf(`dense_${i + 1}/kernel`));
    result.set(`dense.${i}.bias`, bias(weightOf(`dense_${i + 1}/bias`)));
  }
  return result;
}
