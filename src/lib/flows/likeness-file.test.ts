import { expect, test } from 'vitest';
import { chooseLikenessFile } from './likeness-file.ts';

const file = (name: string, bytes = 1): File => new File([new Uint8Array(bytes)], name);
const refusal = (message: string) => expect.objectContaining({ code: 'lora-unsupported', message: expect.stringContaining(message) as string });

test('one file is the likeness; the configuration of peft may come with it, in any order', () => {
  const [weights, config] = [file('adapter_model.safetensors'), file('adapter_config.json')];
  expect(chooseLikenessFile([weights])).toEqual({ file: weights, config: null });
  expect(chooseLikenessFile([config, weights])).toEqual({ file: weights, config });
});

test('none, two, or a whole model are refused before anything is read', () => {
  expect(() => chooseLikenessFile([])).toThrow(refusal('0 files'));
  expect(() => chooseLikenessFile([file('a.safetensors'), file('b.safetensors')])).toThrow(refusal('2 files'));
  const model = file('model.safetensors');
  Object.defineProperty(model, 'size', { value: 4.3e9 });
  expect(() => chooseLikenessFile([model])).toThrow(refusal('4.3 GB'));
});
