/** @file The UNet as drawing runs it: fused attention, or attention in parts where its scores are more than the device can bind. */
import type { StableDiffusionModel } from '../families/stable-diffusion/index.ts';
import type { UnetSize } from '../families/stable-diffusion/unet.ts';
import type { Graph } from '../graph/graph.ts';

/**
 * onnxruntime's kernel for WebGPU writes all scores of a fused attention to one buffer: 1 GiB for two latents of Stable Diffusion 1.5 at 512 px.
 * In parts they are as small as they have to be; the numbers are the same but for rounding.
 *
 * @param bindingBytes of the runner; default: any
 */
export function buildDenoiser(model: StableDiffusionModel, size: UnetSize, bindingBytes = Infinity): Graph {
  const fused = model.buildUnet({ ...size, attention: 'fused' });
  return largestScoresBytes(fused) <= bindingBytes ? fused : model.buildUnet({ ...size, attention: 'decomposed', attentionBytes: bindingBytes });
}

/** Of the fused attentions of a graph, [batch, heads, queries, keys] in float32. */
function largestScoresBytes({ nodes }: Graph): number {
  let largest = 0;
  for (const { op, inputs, attributes } of nodes) {
    if (op !== 'MultiHeadAttention') continue;
    const [[batch, queries], [, keys]] = [inputs[0]!.shape as readonly [number, number], inputs[1]!.shape as readonly [number, number]];
    largest = Math.max(largest, 4 * batch * (attributes['numHeads'] as number) * queries * keys);
  }
  return largest;
}
