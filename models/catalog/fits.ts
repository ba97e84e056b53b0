/** @file Which helper fits which model, by the shape that its configuration states: a model of the person's own is no worse off than one of the list. */

/** What of a UNet decides whether a LoRA for another one fits. */
export interface UnetShape {
  /** At each level, the finest first. */
  readonly channels: readonly number[];
  /** Residual blocks at each level on the way down. */
  readonly layers: readonly number[];
  readonly hasMiddle: boolean;
  /** Numbers that each word of the prompt is. */
  readonly textWidth: number;
}

/** What of an autoencoder decides whether another decoder reads its latents. */
export interface LatentShape {
  readonly channels: number;
  readonly scalingFactor: number;
}

export interface ModelShape {
  readonly unet: UnetShape;
  readonly latent: LatentShape;
}

/** Stable Diffusion 1.1 to 1.5 and what was tuned from them; distilled ones such as BK-SDM have fewer layers. */
export const stableDiffusion1: UnetShape = { channels: [320, 640, 1280, 1280], layers: [2, 2, 2, 2], hasMiddle: true, textWidth: 768 };

/** Of Stable Diffusion 1.x and 2.x alike. */
export const stableDiffusionLatent: LatentShape = { channels: 4, scalingFactor: 0.18215 };

/** True if a helper made for the parts that it names can be used with a model of this shape. */
export function fits(helper: Partial<ModelShape>, model: ModelShape): boolean {
  return (helper.unet === undefined || sameShape(helper.unet, model.unet)) && (helper.latent === undefined || sameShape(helper.latent, model.latent));
}

function sameShape(a: UnetShape | LatentShape, b: UnetShape | LatentShape): boolean {
  const values = (shape: UnetShape | LatentShape): string => JSON.stringify(Object.entries(shape).sort(([first], [second]) => first.localeCompare(second)));
  return values(a) === values(b);
}
