/** @file What both autoencoders have in common: the names of their graphs' inputs and outputs, and their sizes. */

/** Names in the image encoder and decoder graphs. */
export const autoencoderNames = { image: 'image', latent: 'latent', mean: 'latent_mean', std: 'latent_std' } as const;

/** Static size of one graph. */
export interface PictureBatch {
  readonly batch: number;
  /** In image pixels for an encoder, in latent pixels for a decoder. */
  readonly height: number;
  readonly width: number;
}
