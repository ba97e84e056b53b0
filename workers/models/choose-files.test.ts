import { expect, test } from 'vitest';
import { isAppError } from '#models/errors/app-error.ts';
import { fileAddress } from './addresses.ts';
import { chooseFiles, type RemoteFile } from './choose-files.ts';

const files = (...paths: string[]): RemoteFile[] => paths.map((path) => ({ path, sizeBytes: 1, sha256: null }));
const chosen = (...paths: string[]): string[] => chooseFiles(files(...paths)).map((file) => file.path);

const base = [
  'model_index.json',
  'unet/config.json',
  'vae/config.json',
  'text_encoder/config.json',
  'vae/diffusion_pytorch_model.safetensors',
  'text_encoder/model.safetensors',
  'tokenizer/vocab.json',
  'tokenizer/merges.txt',
  'scheduler/scheduler_config.json',
];

test('float16 is taken before float32, and pickles, flax and the safety checker are left alone', () => {
  const paths = chosen(
    ...base,
    'unet/diffusion_pytorch_model.bin',
    'unet/diffusion_pytorch_model.safetensors',
    'unet/diffusion_pytorch_model.fp16.safetensors',
    'unet/diffusion_flax_model.msgpack',
    'safety_checker/model.safetensors',
    'vae_large/diffusion_pytorch_model.safetensors',
    'README.md',
  );
  expect(paths).toContain('unet/diffusion_pytorch_model.fp16.safetensors');
  expect(paths).toHaveLength(base.length + 1);
});

test('weights in pieces come with their index, the pieces of the other precision do not', () => {
  const paths = chosen(
    ...base,
    'unet/diffusion_pytorch_model.safetensors.index.json',
    'unet/diffusion_pytorch_model-00001-of-00002.safetensors',
    'unet/diffusion_pytorch_model-00002-of-00002.safetensors',
    'unet/diffusion_pytorch_model.fp16-00001-of-00002.safetensors',
  );
  expect(paths.filter((path) => path.startsWith('unet/'))).toEqual([
    'unet/config.json',
    'unet/diffusion_pytorch_model.safetensors.index.json',
    'unet/diffusion_pytorch_model-00001-of-00002.safetensors',
    'unet/diffusion_pytorch_model-00002-of-00002.safetensors',
  ]);
});

test('one safetensors file alone is a checkpoint; two of them are a question', () => {
  expect(chosen('README.md', 'realistic.safetensors', 'preview.png')).toEqual(['realistic.safetensors']);
  expect(() => chosen('a.safetensors', 'b.safetensors')).toThrow(/2 safetensors files/);
});

test('pickles are refused with the reason', () => {
  for (const paths of [[...base, 'unet/diffusion_pytorch_model.bin'], ['old.ckpt']]) {
    try {
      chosen(...paths);
      expect.unreachable();
    } catch (error) {
      if (!isAppError(error, 'model-unknown')) throw error;
      expect(error.message).toMatch(/pickle.*run a program/);
    }
  }
});

test('a part without weights or configuration is named', () => {
  expect(() => chosen(...base)).toThrow(/unet has no safetensors/);
  expect(() => chosen(...base.filter((path) => path !== 'vae/config.json'), 'unet/diffusion_pytorch_model.safetensors')).toThrow(
    /vae\/config.json is not there/,
  );
});

test('addresses are those of a hub, or of any folder', () => {
  const hub = { kind: 'hub', base: 'https://example.org', repo: 'a/b', revision: 'refs/pr/1' } as const;
  expect(fileAddress(hub, 'unet/config.json')).toBe('https://example.org/a/b/resolve/refs%2Fpr%2F1/unet/config.json');
  expect(fileAddress({ kind: 'address', folder: 'https://example.org/m/' }, 'my file.txt')).toBe('https://example.org/m/my%20file.txt');
});
