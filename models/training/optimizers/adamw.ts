/** @file AdamW with decoupled weight decay, and clipping by the global norm. @see Loshchilov and Hutter 2019; torch.optim.AdamW */

export interface AdamWOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
}

export const defaultAdamWOptions: AdamWOptions = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 1e-2 };

/** The running moments of one parameter. */
export interface Moments {
  readonly first: Float32Array;
  readonly second: Float32Array;
}

/** Updates parameters in place. Its moments and `steps` are its whole state: store them to go on later. */
export class AdamW {
  readonly options: AdamWOptions;
  readonly moments: Map<string, Moments>;
  /** Updates made so far. */
  steps: number;

  constructor(options: AdamWOptions = defaultAdamWOptions, state?: { readonly moments: ReadonlyMap<string, Moments>; readonly steps: number }) {
    this.options = options;
    this.moments = new Map(state?.moments);
    this.steps = state?.steps ?? 0;
  }

  /**
   * One update of every parameter.
   *
   * @param parameters by name, changed in place
   * @param gradients  by the same names, same lengths; not changed
   */
  update(parameters: ReadonlyMap<string, Float32Array>, gradients: ReadonlyMap<string, Float32Array>, learningRate: number): void {
    this.steps++;
    for (const [name, parameter] of parameters) {
      const gradient = gradients.get(name);
      if (gradient !== undefined) this.#updateOne(parameter, gradient, this.#momentsOf(name, parameter.length), learningRate);
    }
  }

  #momentsOf(name: string, length: number): Moments {
    const known = this.moments.get(name) ?? { first: new Float32Array(length), second: new Float32Array(length) };
    this.moments.set(name, known);
    return known;
  }

  #updateOne(parameter: Float32Array, gradient: Float32Array, { first, second }: Moments, learningRate: number): void {
    const { beta1, beta2, epsilon, weightDecay } = this.options;
    const stepSize = learningRate / (1 - beta1 ** this.steps);
    const secondCorrection = Math.sqrt(1 - beta2 ** this.steps);
    for (let i = 0; i < parameter.length; i++) {
      const g = gradient[i]!;
      const m = (first[i] = beta1 * first[i]! + (1 - beta1) * g);
      const v = (second[i] = beta2 * second[i]! + (1 - beta2) * g * g);
      parameter[i] = parameter[i]! * (1 - learningRate * weightDecay) - (stepSize * m) / (Math.sqrt(v) / secondCorrection + epsilon);
    }
  }
}

/** The Euclidean norm over all gradients together. */
export function globalNorm(gradients: ReadonlyMap<string, Float32Array>): number {
  let sum = 0;
  for (const gradient of gradients.values()) for (let i = 0; i < gradient.length; i++) sum += gradient[i]! ** 2;
  return Math.sqrt(sum);
}

/**
 * Scales all gradients in place so that their global norm is at most `maxNorm`.
 *
 * @returns the norm before clipping; NaN or infinite if any gradient is
 * @see torch.nn.utils.clip_grad_norm_
 */
export function clipGlobalNorm(gradients: ReadonlyMap<string, Float32Array>, maxNorm: number): number {
  const norm = globalNorm(gradients);
  const factor = maxNorm / (norm + 1e-6);
  if (factor < 1) for (const gradient of gradients.values()) for (let i = 0; i < gradient.length; i++) gradient[i] = gradient[i]! * factor;
  return norm;
}
