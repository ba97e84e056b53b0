/** @file A UNet exported by torch.onnx on the same onnxruntime: `exported.ts FILE.onnx SIZE_PX THREADS`, with no option but the threads. */
import { readFile } from 'node:fs/promises';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { TorchRandom } from '#models/tensor/random.ts';
import { serveTurns } from './line-process.ts';

const [file, sizePx, threads] = process.argv.slice(2) as [string, string, string];
const session = await InferenceSession.create(file, {
  executionProviders: ['cpu'],
  graphOptimizationLevel: 'all',
  intraOpNumThreads: Number(threads),
  logSeverityLevel: 3,
});
const random = new TorchRandom(1);
const side = Number(sizePx) / 8;
const { contextWidth } = JSON.parse(await readFile(`${file}.json`, 'utf8')) as { contextWidth: number };
const shapes = { sample: [1, 4, side, side], encoder_hidden_states: [1, 77, contextWidth] } as const;
const feeds: Record<string, Tensor> = { timestep: new Tensor('float32', Float32Array.of(500), [1]) };
for (const [name, shape] of Object.entries(shapes)) feeds[name] = new Tensor('float32', random.normal(shape.reduce<number>((a, b) => a * b, 1)), [...shape]);
await serveTurns('the same UNet by torch.onnx, onnxruntime', () => session.run(feeds));
