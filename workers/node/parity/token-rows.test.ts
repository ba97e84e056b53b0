/** The text encoder without its table of tokens gives the same numbers. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { parseSafetensors } from '#models/formats/safetensors.ts';
import { parameterName, tokenTableName } from '#models/families/stable-diffusion/weight-names.ts';
import { LoadedModel } from '#models/pipelines/loaded-model.ts';
import { openModelDirectory } from '../model-directory.ts';
import { createNodeRunner } from '../ort-node-runner.ts';

const folder = fileURLToPath(new URL('../../../models/testing/golden/pipeline', import.meta.url));
const runner = createNodeRunner();
afterAll(() => runner.dispose());

test('rows of the table that are fed give bit for bit what the table gives', async () => {
  const model = await LoadedModel.open(runner, openModelDirectory(folder));
  const prompts = ['a photo of a person', ''];
  const length = model.contextLength;
  const ids = prompts.flatMap((prompt) => [...model.tokenizer.encode(prompt, length)]);

  const { tensors } = parseSafetensors(readFileSync(`${folder}/text_encoder/model.safetensors`));
  const whole = await runner.upload([...tensors].map(([key, tensor]) => [parameterName('text_encoder', key) ?? key, tensor] as const));
  const encoder = await runner.compile(model.model.buildTextEncoder({ batch: 2, length }), [whole]);
  const expected = (await encoder.run({ input_ids: { dtype: 'int32', shape: [2, length], data: Int32Array.from(ids) } }))['last_hidden_state']!;

  const encoded = await model.encodePrompts(prompts);
  expect(encoded.shape).toEqual(expected.shape);
  expect(encoded.data).toEqual(expected.data);
  expect(new Set(expected.data as Float32Array).size).toBeGreaterThan(100);
  expect((await model.weightsOf('text_encoder')).has(tokenTableName)).toBe(false);
});

test('a token that the table does not have is said', async () => {
  const { storedWeights } = await LoadedModel.open(runner, openModelDirectory(folder));
  const [rows] = storedWeights.entries('text_encoder').get(tokenTableName)!.shape;
  await expect(storedWeights.tokenRows([0, rows!])).rejects.toMatchObject({ code: 'model-unknown', message: expect.stringContaining(`row ${rows}`) as string });
});
