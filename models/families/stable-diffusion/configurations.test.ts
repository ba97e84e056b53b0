import { describe, expect, test } from 'vitest';
import { readAutoencoderKlConfig } from './autoencoder-kl.ts';
import { readAutoencoderTinyConfig } from './autoencoder-tiny.ts';
import { readClipTextConfig } from './clip-text-config.ts';
import { readModelIndex, readStableDiffusion } from './index.ts';
import { buildTextEncoder } from './text-encoder.ts';
import { readUnetConfig } from './unet-config.ts';
import { unetStages } from './unet.ts';
import { parameterName } from './weight-names.ts';

/** runwayml/stable-diffusion-v1-5 as published. */
const sd15Unet = {
  _class_name: 'UNet2DConditionModel',
  _diffusers_version: '0.6.0',
  act_fn: 'silu',
  attention_head_dim: 8,
  block_out_channels: [320, 640, 1280, 1280],
  center_input_sample: false,
  cross_attention_dim: 768,
  down_block_types: ['CrossAttnDownBlock2D', 'CrossAttnDownBlock2D', 'CrossAttnDownBlock2D', 'DownBlock2D'],
  downsample_padding: 1,
  flip_sin_to_cos: true,
  freq_shift: 0,
  in_channels: 4,
  layers_per_block: 2,
  mid_block_scale_factor: 1,
  norm_eps: 1e-5,
  norm_num_groups: 32,
  out_channels: 4,
  sample_size: 64,
  up_block_types: ['UpBlock2D', 'CrossAttnUpBlock2D', 'CrossAttnUpBlock2D', 'CrossAttnUpBlock2D'],
};
const sd15Text = {
  architectures: ['CLIPTextModel'],
  hidden_act: 'quick_gelu',
  hidden_size: 768,
  intermediate_size: 3072,
  model_type: 'clip_text_model',
  num_attention_heads: 12,
  num_hidden_layers: 12,
  vocab_size: 49408,
};
const sd15Vae = {
  _class_name: 'AutoencoderKL',
  block_out_channels: [128, 256, 512, 512],
  down_block_types: new Array(4).fill('DownEncoderBlock2D'),
  up_block_types: new Array(4).fill('UpDecoderBlock2D'),
  latent_channels: 4,
  layers_per_block: 2,
  norm_num_groups: 32,
  sample_size: 512,
};
const sd15Index = {
  _class_name: 'StableDiffusionPipeline',
  unet: ['diffusers', 'UNet2DConditionModel'],
  text_encoder: ['transformers', 'CLIPTextModel'],
  tokenizer: ['transformers', 'CLIPTokenizer'],
  vae: ['diffusers', 'AutoencoderKL'],
  requires_safety_checker: true,
};
const sd15 = { modelIndex: sd15Index, unet: sd15Unet, textEncoder: sd15Text, vae: sd15Vae };

describe('Stable Diffusion 1.5', () => {
  const model = readStableDiffusion(sd15);

  test('has the published numbers of parameters', () => {
    const count = (graphs: readonly { parameters: readonly { name: string; shape: readonly number[] }[] }[]): number => {
      const sizes = new Map(graphs.flatMap(({ parameters }) => parameters.map(({ name, shape }) => [name, shape.reduce((a, b) => a * b, 1)] as const)));
      return [...sizes.values()].reduce((sum, size) => sum + size, 0);
    };
    expect(count([model.buildUnet({ batch: 1, height: 64, width: 64, contextLength: 77, attention: 'fused' })])).toBe(859_520_964);
    expect(count([model.buildTextEncoder({ batch: 1, length: 77 })])).toBe(123_060_480);
    expect(count([model.buildImageEncoder({ batch: 1, height: 512, width: 512 }), model.buildImageDecoder({ batch: 1, height: 64, width: 64 })])).toBe(
      83_653_863,
    );
  });

  test('asks for 128 attention adapters', () => {
    const adapters = (path: string, layer: { kind: string }) =>
      layer.kind === 'linear' && /\.attn[12]\.to_/.test(path)
        ? { down: `${path}.down`, up: `${path}.up`, downShape: [4, inOf(layer)], upShape: [outOf(layer), 4], scale: 1 }
        : undefined;
    const inOf = (layer: object): number => (layer as { inFeatures: number }).inFeatures;
    const outOf = (layer: object): number => (layer as { outFeatures: number }).outFeatures;
    const stages = unetStages(model.unet, { batch: 1, height: 64, width: 64, contextLength: 77 }, { attention: 'decomposed', adapters });
    expect(stages.flatMap(({ inputs }) => inputs.filter((name) => name.endsWith('.down')))).toHaveLength(128);
    expect(stages.map(({ name }) => name)).toEqual(['input', 'down.0', 'down.1', 'down.2', 'down.3', 'mid', 'up.0', 'up.1', 'up.2', 'up.3', 'output']);
  });
});

describe('what we do not build is refused by name', () => {
  const cases: readonly [what: string, read: () => unknown, message: RegExp][] = [
    ['an SDXL UNet', () => readUnetConfig({ ...sd15Unet, addition_embed_type: 'text_time' }), /addition_embed_type is "text_time"; supported: null/],
    [
      'an unknown block',
      () => readUnetConfig({ ...sd15Unet, down_block_types: ['KDownBlock2D', 'DownBlock2D', 'DownBlock2D', 'DownBlock2D'] }),
      /down_block_types.*supported: DownBlock2D/,
    ],
    ['too few blocks', () => readUnetConfig({ ...sd15Unet, up_block_types: ['UpBlock2D'] }), /up_block_types .*4 blocks/],
    ['heads that do not divide', () => readUnetConfig({ ...sd15Unet, attention_head_dim: 7 }), /attention_head_dim is 7/],
    ['groups that do not divide', () => readUnetConfig({ ...sd15Unet, norm_num_groups: 48 }), /norm_num_groups is 48/],
    ['a number as text', () => readUnetConfig({ ...sd15Unet, norm_eps: '1e-5' }), /norm_eps is "1e-5"; supported: a number/],
    ['another network', () => readUnetConfig({ _class_name: 'SD3Transformer2DModel' }), /_class_name/],
    ['no configuration', () => readUnetConfig([]), /does not hold a configuration/],
    ['another text encoder', () => readClipTextConfig({ ...sd15Text, architectures: ['T5EncoderModel'] }), /architectures/],
    ['an unknown activation', () => readClipTextConfig({ ...sd15Text, hidden_act: 'mish' }), /hidden_act is "mish"/],
    ['a tiny autoencoder of changing width', () => readAutoencoderTinyConfig({ encoder_block_out_channels: [32, 64, 64, 64] }), /encoder_block_out_channels/],
    ['latent statistics', () => readAutoencoderKlConfig({ ...sd15Vae, latents_mean: [0] }), /latents_mean/],
    ['an SDXL pipeline', () => readModelIndex({ ...sd15Index, _class_name: 'StableDiffusionXLPipeline' }), /StableDiffusionXLPipeline/],
    ['a missing part', () => readModelIndex({ ...sd15Index, vae: undefined }), /vae is null/],
    ['an inpainting UNet', () => readStableDiffusion({ ...sd15, unet: { ...sd15Unet, in_channels: 9 } }), /in_channels is 9/],
    ['parts of different models', () => readStableDiffusion({ ...sd15, textEncoder: { ...sd15Text, hidden_size: 384 } }), /text_encoder has 384, unet has 768/],
  ];
  test.each(cases)('%s', (_, read, message) => {
    expect(read).toThrow(expect.objectContaining({ code: 'model-unknown', message: expect.stringMatching(message) as string }));
  });

  test('a prompt longer than the text encoder', () => {
    expect(() => buildTextEncoder(readClipTextConfig(sd15Text), { batch: 1, length: 78 })).toThrow(/78 tokens/);
  });
});

test('old and new spellings of weights lead to one name', () => {
  expect(parameterName('unet', 'conv_in.weight')).toBe('unet.conv_in.weight');
  expect(parameterName('text_encoder', 'text_model.final_layer_norm.bias')).toBe('text_encoder.text_model.final_layer_norm.bias');
  expect(parameterName('text_encoder', 'final_layer_norm.bias')).toBe('text_encoder.text_model.final_layer_norm.bias');
  expect(parameterName('text_encoder', 'text_model.embeddings.position_ids')).toBeUndefined();
  expect(parameterName('vae', 'decoder.mid_block.attentions.0.query.weight')).toBe('vae.decoder.mid_block.attentions.0.to_q.weight');
  expect(parameterName('vae', 'encoder.mid_block.attentions.0.proj_attn.bias')).toBe('vae.encoder.mid_block.attentions.0.to_out.0.bias');
});
