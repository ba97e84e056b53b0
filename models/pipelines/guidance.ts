/** @file Classifier-free guidance: away from the negative prompt, past the prompt. @see Ho and Salimans 2022 */

/** One answer of the model, or two that are to be made one. */
export interface Guidance {
  /** 1 asks the model once a step and ignores the negative prompt; larger follows the words more closely. */
  readonly scale: number;
  /** 0 to 1: brings the guided answer back to the contrast of the plain one. For models of zero terminal SNR, 0.7. */
  readonly rescale: number;
}

/** True if the model is asked twice: once with the negative prompt, once with the prompt. */
export function asksTwice({ scale }: Guidance): boolean {
  return scale > 1;
}

/**
 * The answer to follow.
 *
 * @param outputs both answers one after the other, negative prompt first; one answer if not `asksTwice`
 */
export function guide(outputs: Float32Array, guidance: Guidance): Float32Array {
  if (!asksTwice(guidance)) return outputs;
  const half = outputs.length / 2;
  const prompted = outputs.subarray(half);
  const guided = new Float32Array(half);
  for (let i = 0; i < half; i++) guided[i] = outputs[i]! + guidance.scale * (prompted[i]! - outputs[i]!);
  if (guidance.rescale === 0) return guided;
  // @see Lin et al. 2023, section 3.4
  const factor = 1 - guidance.rescale + (guidance.rescale * deviation(prompted)) / deviation(guided);
  return guided.map((value) => value * factor);
}

/** Standard deviation of a sample. */
function deviation(values: Float32Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}
