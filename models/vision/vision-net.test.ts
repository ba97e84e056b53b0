import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseSafetensors } from '../formats/safetensors.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { watchedRunner } from '../testing/watched-runner.ts';
import { buildAgeNet } from './age-net.ts';
import { DlibFaceJudge } from './face-judge.ts';
import { VisionNet, weightFile, type VisionNetName } from './vision-net.ts';

const read = (net: VisionNetName): Map<string, Tensor> =>
  new Map(parseSafetensors(new Uint8Array(readFileSync(new URL(`weights/${weightFile(net)}`, import.meta.url)))).tensors);
/** Without the tensor that comes last. */
const cut = (weights: Map<string, Tensor>): Map<string, Tensor> => new Map([...weights].slice(0, -1));

test('a net that lacks a tensor leaves no weights behind', async () => {
  const { runner, held } = watchedRunner();
  await expect(VisionNet.load(runner, buildAgeNet(), cut(read('age')))).rejects.toMatchObject({ code: 'weights-missing' });
  expect(held.size).toBe(0);
});

test('a judge of which one net cannot be loaded leaves the other not behind either', async () => {
  const { runner, held } = watchedRunner();
  const weights = { blazeface: read('blazeface'), 'dlib-face': cut(read('dlib-face')) };
  await expect(DlibFaceJudge.create(runner, weights)).rejects.toMatchObject({ code: 'weights-missing' });
  expect(held.size).toBe(0);
});
