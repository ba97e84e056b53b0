/** @file The shape of a model as the catalogue compares it. */
import type { ModelShape, UnetShape } from '../../catalog/fits.ts';
import type { StableDiffusionModel } from './index.ts';
import type { UnetConfig } from './unet-config.ts';

export function modelShapeOf({ unet, vae }: Pick<StableDiffusionModel, 'unet' | 'vae'>): ModelShape {
  return { unet: unetShapeOf(unet), latent: { channels: vae.latentChannels, scalingFactor: vae.scalingFactor } };
}

export function unetShapeOf({ levels, midType }: UnetConfig): UnetShape {
  return {
    channels: levels.map(({ channels }) => channels),
    layers: levels.map(({ layers }) => layers),
    hasMiddle: midType !== null,
    textWidth: levels[0]!.crossAttentionDim,
  };
}
