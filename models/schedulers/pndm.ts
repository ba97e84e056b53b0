/**
 * @file PNDM without its Runge-Kutta start (PLMS): a straight line through the last four noises. @see Liu et al. 2022, equation 12
 *
 * The second timestep is asked twice, so a run takes one call more than it has steps. diffusers counts calls, not timesteps: a run
 * that begins in the middle asks only once and stays a stride behind. We do the same, because the numbers are to be the same.
 */
import { addNoise, noiseSchedule, originalFromPrediction } from './noise-schedule.ts';
import { checkStep, checkStepCount, mix, type Sampler, type SchedulerDefinition } from './scheduler.ts';
import { resolveOptions, type SchedulerConfig } from './scheduler-config.ts';
import { roundHalfToEven, spacedTimesteps } from './timesteps.ts';

/** Weights of the newest and the older noises, by how many there are. @see Adams and Bashforth */
const weights: readonly (readonly number[])[] = [[1], [3 / 2, -1 / 2], [23 / 12, -16 / 12, 5 / 12], [55 / 24, -59 / 24, 37 / 24, -9 / 24]];

interface Trace {
  readonly call: number;
  /** Calls since the run began. */
  readonly count: number;
  /** The model's answers, newest first, at most four. */
  readonly outputs: readonly Float32Array[];
  /** The sample at the first call, until the second takes the step again. */
  readonly first: Float32Array;
}

function create(config: SchedulerConfig, steps: number): Sampler {
  // diffusers gives this class no zero-SNR rescaling.
  const options = { ...resolveOptions(config, { timestepSpacing: 'leading', setAlphaToOne: false }), rescaleBetasZeroSnr: false };
  checkStepCount(steps, options.trainSteps);
  const schedule = noiseSchedule(options);
  const visited = spacedTimesteps(options, steps).map(roundHalfToEven);
  const timesteps = Float32Array.from([...visited.slice(0, 2), ...visited.slice(1)]);
  const stride = Math.floor(options.trainSteps / steps);
  const leftAt = (timestep: number): number => schedule.alphasCumprod[Math.max(timestep, 0)]!;
  const leftAfter = (timestep: number): number => (timestep < 0 && options.setAlphaToOne ? 1 : leftAt(timestep));
  const lefts = [...Array.from(timesteps, leftAt), leftAfter(timesteps.at(-1)! - stride)];
  let previous: Trace | undefined;

  const sampler: Sampler = {
    timesteps,
    noiseLevels: Float32Array.from(lefts, (left) => Math.sqrt((1 - left) / left)),
    initialNoiseScale: 1,
    scaleModelInput: (sample) => sample,
    needsNoise: () => false,
    predictOriginal: (modelOutput, call, sample) => original(modelOutput, sample, lefts[call]!),
    step(modelOutput, call, sample) {
      checkStep(sampler, modelOutput, call, sample, undefined);
      const last = previous?.call === call - 1 ? previous : undefined;
      const count = last === undefined ? 0 : last.count + 1;
      const timestep = timesteps[call]!;
      if (count === 1) {
        // The first step once more, with the mean of the slopes at its two ends.
        previous = { ...last!, call, count };
        return move(mix(0.5, modelOutput, 0.5, last!.outputs[0]!), last!.first, timestep + stride, timestep);
      }
      const outputs = [modelOutput, ...(last?.outputs ?? [])].slice(0, weights.length);
      previous = { call, count, outputs, first: last?.first ?? sample };
      return move(weightedSum(outputs, weights[outputs.length - 1]!), sample, timestep, timestep - stride);
    },
    addNoise: (picture, noise, call) => addNoise(schedule, picture, noise, timesteps[call]!),
  };

  function original(modelOutput: Float32Array, sample: Float32Array, left: number): Float32Array {
    return originalFromPrediction(options.predictionType, modelOutput, sample, Math.sqrt(left), Math.sqrt(1 - left));
  }

  /** Along the noise in the sample from one timestep to the other, as DDIM does. */
  function move(modelOutput: Float32Array, sample: Float32Array, from: number, to: number): Float32Array {
    const [left, next] = [leftAt(from), leftAfter(to)];
    const picture = original(modelOutput, sample, left);
    const noise = mix(1 / Math.sqrt(1 - left), sample, -Math.sqrt(left / (1 - left)), picture);
    return mix(Math.sqrt(next), picture, Math.sqrt(1 - next), noise);
  }
  return sampler;
}

function weightedSum(terms: readonly Float32Array[], factors: readonly number[]): Float32Array {
  return terms[0]!.map((_, index) => terms.reduce((sum, term, i) => sum + factors[i]! * term[index]!, 0));
}

export const pndm: SchedulerDefinition = {
  label: 'PNDM',
  advice: 'What Stable Diffusion 1 was published with: safe from 30 steps on.',
  recommendedSteps: 30,
  diffusersClass: 'PNDMScheduler',
  callsPerStep: 1,
  create,
};
