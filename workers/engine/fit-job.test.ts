import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { planTraining } from '#models/autodiff/checkpointing.ts';
import { totalBytes } from '#models/budget/memory-need.ts';
import { readStableDiffusion, type StableDiffusionModel } from '#models/families/stable-diffusion/index.ts';
import { jobVersion, type TrainJob } from '#models/jobs/index.ts';
import { atOnce } from '#models/runtime/steps.ts';
import { trainingDefaults, trainingPlan } from '#models/training/training-defaults.ts';
import { attentionPartBytes, trainingStages } from '#models/training/training-graph.ts';
import { wasmMemory, webGpuMemory } from './engine-memory.ts';
import { fitJob as fitJobInSteps } from './fit-job.ts';

const mebibyte = 2 ** 20;
const readJson = (path: string): unknown => JSON.parse(readFileSync(new URL(`../../models/${path}`, import.meta.url), 'utf8')) as unknown;

function readBuiltin(): StableDiffusionModel {
  const [modelIndex, unet, textEncoder, vae] = ['model_index.json', 'unet/config.json', 'text_encoder/config.json', 'vae/config.json'].map((path) =>
    readJson(`builtin/${path}`),
  );
  return readStableDiffusion({ modelIndex, unet, textEncoder, vae });
}

function readPublished(name: string): StableDiffusionModel {
  const published = readJson(`testing/reference/conformance/published/${name}.json`) as Record<string, unknown>;
  return readStableDiffusion({ modelIndex: published['model_index'], unet: published['unet'], textEncoder: published['text_encoder'], vae: published['vae'] });
}

const fitJob = (...[job, model, memory, isBegun]: Parameters<typeof fitJobInSteps<TrainJob>>) => atOnce(fitJobInSteps(job, model, memory, isBegun));

const samplesPerUpdate = trainingDefaults.batchSize * trainingDefaults.accumulation;

/** As the page orders it. */
function jobAt(resolutionPx: number): TrainJob {
  const { samples, batchSize, accumulation, learningRate, warmupSteps, captionDropout } = trainingPlan(7);
  const photoIds = ['a', 'b'];
  const fixed = {
    kind: 'train',
    version: jobVersion,
    model: 'm',
    personClass: 'woman',
    subjectToken: 'ohwx',
    photoIds,
    effort: 'normal',
    seed: 7,
    preview: null,
  } as const;
  return {
    ...fixed,
    resolutionPx,
    lora: trainingDefaults.lora,
    recipe: trainingDefaults.recipe,
    trials: null,
    init: null,
    samples,
    batchSize,
    accumulation,
    learningRate,
    warmupSteps,
    captionDropout,
  };
}

/** What WebGPU guarantees, and what a desktop card offers. */
const phoneLimits = { maxStorageBufferBindingSize: 128 * mebibyte, maxBufferSize: 256 * mebibyte };
const deskLimits = { maxStorageBufferBindingSize: 2048 * mebibyte, maxBufferSize: 4096 * mebibyte };

test.each([
  ['wasm', wasmMemory()],
  ['a desktop card', webGpuMemory(deskLimits, 8)],
  ['the least that WebGPU offers, in a computer of 2 GiB', webGpuMemory(phoneLimits, 2)],
])('the built-in model keeps its job and its plan on %s', (_, memory) => {
  const model = readBuiltin();
  const job = jobAt(128);
  const fitted = fitJob(job, model, memory, false);
  expect(fitted.job).toBe(job);
  const planWith = (byteBudget: number, bindingBytes?: number) => {
    const size = { batch: job.batchSize, height: 16, width: 16, contextLength: model.textEncoder.positions };
    const { request } = trainingStages(model.unet, { size, lora: job.lora, attentionBytes: attentionPartBytes(byteBudget, bindingBytes) });
    return planTraining(request, byteBudget).runs.map(({ graph }) =>
      graph.nodes.map(({ op, outputs }) => `${op} ${outputs.map(({ shape }) => shape.join('x')).join(' ')}`),
    );
  };
  // One run, nothing cut and nothing computed twice: what the measured speed is of.
  const plan = planWith(fitted.need.plannedBytes, memory.bindingBytes);
  expect(plan).toHaveLength(1);
  expect(plan).toEqual(planWith(Infinity));
});

test('Stable Diffusion 1.5 fits a desktop card in single samples of attention at 512 px, and is refused on wasm with a way on', () => {
  const model = readPublished('sd-1.5');
  const memory = webGpuMemory(deskLimits, 8);
  const { job, need } = fitJob(jobAt(512), model, memory, false);
  expect([job.resolutionPx, job.lora.targets, job.batchSize, job.accumulation]).toEqual([512, 'attention', 1, samplesPerUpdate]);
  expect(totalBytes(need)).toBeLessThanOrEqual(memory.availableBytes);
  expect(() => fitJob(jobAt(256), model, wasmMemory(), false)).toThrow(
    expect.objectContaining({
      code: 'model-too-large',
      message: '3.0 GiB can be used here; the weights take 3.2 GiB of them, and learning at 256 px does not fit beside these',
    }),
  );
});

test('the least that WebGPU offers takes Stable Diffusion 1.5; an adapter with less is told by the buffer that it cannot take', () => {
  const model = readPublished('sd-1.5');
  expect(fitJob(jobAt(512), model, webGpuMemory(phoneLimits, 8), false).job.resolutionPx).toBe(512);
  const less = webGpuMemory({ ...phoneLimits, maxStorageBufferBindingSize: 64 * mebibyte }, 8);
  expect(() => fitJob(jobAt(256), model, less, false)).toThrow(
    expect.objectContaining({ code: 'model-too-large', message: 'the graphics card takes buffers of 64 MiB, and this model has one of 113 MiB' }),
  );
});

test('on wasm BK-SDM-tiny learns with fewer layers; a run that has begun keeps what it has, or is refused', () => {
  const model = readPublished('bk-sdm-tiny');
  const { job } = fitJob(jobAt(512), model, wasmMemory(), false);
  expect([job.resolutionPx, job.lora.targets, job.lora.rank, job.batchSize * job.accumulation]).toEqual([
    512,
    'attention',
    trainingDefaults.lora.rank,
    samplesPerUpdate,
  ]);
  expect(fitJob(job, model, wasmMemory(), true).job).toBe(job);
  expect(() => fitJob(jobAt(512), model, wasmMemory(), true)).toThrow(expect.objectContaining({ code: 'model-too-large' }));
});

test('pictures are decoded whole up to what the adapter binds, and never above 1024 x 1024', () => {
  expect(webGpuMemory(phoneLimits, 8).tileAbovePixels * 256 * 4).toBe(128 * mebibyte);
  expect(webGpuMemory(deskLimits, undefined).tileAbovePixels).toBe(1024 * 1024);
});
