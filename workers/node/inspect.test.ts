import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { writeSafetensors } from '#models/formats/safetensors.ts';
import { float32, type Tensor } from '#models/tensor/tensor.ts';
import { inspect } from './inspect.ts';

const golden = fileURLToPath(new URL('../../models/testing/golden', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'likeness-inspect-'));
afterAll(() => rmSync(scratch, { recursive: true }));
/** Writes a file of these tensors, or these bytes, and gives its path. */
function fileOf(name: string, content: Record<string, Tensor> | Uint8Array): string {
  const path = join(scratch, name);
  writeFileSync(path, content instanceof Uint8Array ? content : writeSafetensors(new Map(Object.entries(content))));
  return path;
}
const one = float32([1], [0]);

describe('inspect says of', () => {
  test('the built-in model what it draws, what it predicts, and what its files hold', async () => {
    const text = (await inspect('builtin')).join('\n');
    expect(text).toMatch(/^builtin: .*, in diffusers format\n {2}draws 192 x 192 px/);
    expect(text).toMatch(/predicts velocity \(v_prediction\): its scheduler_config\.json says so/);
    expect(text).toMatch(/unet: \d+ tensors, [\d.]+ M numbers, F16, [\d.]+ MiB; unet\/diffusion_pytorch_model\.safetensors\n/);
  });

  test('a folder that the person knows better', async () => {
    expect((await inspect('builtin', { prediction: 'epsilon' })).join('\n')).toMatch(/predicts noise \(epsilon\): as you said/);
  });

  test('a checkpoint in one file how its prediction is known', async () => {
    const overrides = { unet: { norm_num_groups: 2, attention_head_dim: 2 }, vae: { norm_num_groups: 2 }, text_encoder: { num_attention_heads: 2 } };
    const path = `${golden}/single-file/clip/checkpoint.safetensors`;
    const text = (await inspect(path, { overrides })).join('\n');
    expect(text).toMatch(/as a checkpoint in one file/);
    expect(text).toMatch(/predicts noise \(epsilon\): Stable Diffusion 1\.x predicts noise/);
    expect((await inspect(path, { overrides, prediction: 'v_prediction' })).join('\n')).toMatch(/predicts velocity \(v_prediction\): as you said/);
  });

  test('a checkpoint without a tokenizer beside it the same: the vocabulary comes with the app', async () => {
    const path = join(scratch, 'alone.safetensors');
    copyFileSync(`${golden}/single-file/clip/checkpoint.safetensors`, path);
    const overrides = { unet: { norm_num_groups: 2, attention_head_dim: 2 }, vae: { norm_num_groups: 2 }, text_encoder: { num_attention_heads: 2 } };
    expect((await inspect(path, { overrides })).length).toBeGreaterThan(8);
  });

  test('a LoRA that it is one', async () => {
    const kohya = {
      'lora_unet_mid_block_attentions_0_proj_in.lora_down.weight': float32([1, 4], [1, 2, 3, 4]),
      'lora_unet_mid_block_attentions_0_proj_in.lora_up.weight': float32([4, 1], [1, 2, 3, 4]),
    };
    expect((await inspect(fileOf('lora.safetensors', kohya))).join('\n')).toMatch(/^a LoRA[\s\S]*2 tensors, 0\.00 M numbers, F32/);
  });

  test('any other file its tensors', async () => {
    expect(await inspect(fileOf('other.safetensors', { a: float32([2, 3], [1, 2, 3, 4, 5, 6]) }))).toEqual([
      expect.stringMatching(/neither a whole model nor a likeness: 1 tensors, 0\.00 M numbers, F32, 0\.0 MiB$/) as string,
      '  a F32[2, 3]',
    ]);
  });
});

describe('inspect refuses', () => {
  test.each<[string, () => string, string, RegExp]>([
    ['SDXL', () => fileOf('xl.safetensors', { 'model.diffusion_model.x': one, 'conditioner.embedders.1.y': one }), 'model-unknown', /Stable Diffusion XL/],
    ['SD 3', () => fileOf('3.safetensors', { 'model.diffusion_model.joint_blocks.0.y': one }), 'model-unknown', /Stable Diffusion 3/],
    ['a pickle by its name', () => fileOf('a.ckpt', new Uint8Array(9)), 'weights-pickled', /can run any program/],
    ['a pickle that calls itself safetensors', () => fileOf('zip.safetensors', Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0, 0, 0, 0)), 'weights-pickled', /pickle/],
    [
      'a file that ends early',
      () => fileOf('cut.safetensors', writeSafetensors(new Map([['a', one]])).slice(0, -1)),
      'weights-corrupt',
      /the tensors end at byte/,
    ],
    ['an empty folder', () => mkdtempSync(join(scratch, 'empty-')), 'model-file-missing', /model_index\.json/],
    ['a path where nothing is', () => join(scratch, 'nothing'), 'usage', /there is nothing at/],
  ])('%s', async (_, path, code, message) => {
    await expect(inspect(path())).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string, help: expect.any(String) as string });
  });
});
