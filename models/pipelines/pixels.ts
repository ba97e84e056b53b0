/** @file Between pictures as bytes and pictures as the models see them. */
import { AppError } from '../errors/app-error.ts';
import { formatShape } from '../tensor/shape.ts';
import { tensor, type Tensor } from '../tensor/tensor.ts';

/** An 8-bit picture, rows from the top, three bytes a pixel, sRGB. */
export interface RgbPicture {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly rgb: Uint8Array;
}

/**
 * The autoencoder's output as bytes.
 *
 * @param image float32 [1, 3, H, W], -1 black to 1 white; values outside are cut off
 */
export function pictureFromTensor(image: Tensor): RgbPicture {
  const [n, channels, heightPx, widthPx] = image.shape;
  if (n !== 1 || channels !== 3) throw new AppError('shape-mismatch', { message: `${formatShape(image.shape)} is not one RGB picture` });
  const planes = image.data as Float32Array;
  const area = heightPx! * widthPx!;
  const rgb = new Uint8Array(area * 3);
  for (let pixel = 0; pixel < area; pixel++) {
    for (let channel = 0; channel < 3; channel++) {
      const share = Math.min(1, Math.max(0, planes[channel * area + pixel]! / 2 + 0.5));
      rgb[pixel * 3 + channel] = Math.round(share * 255);
    }
  }
  return { widthPx: widthPx!, heightPx: heightPx!, rgb };
}

/** A picture as the image encoder takes it: float32 [1, 3, H, W], -1 black to 1 white. */
export function tensorFromPicture({ widthPx, heightPx, rgb }: RgbPicture): Tensor<'float32'> {
  const area = widthPx * heightPx;
  const planes = new Float32Array(3 * area);
  for (let pixel = 0; pixel < area; pixel++) {
    for (let channel = 0; channel < 3; channel++) planes[channel * area + pixel] = rgb[pixel * 3 + channel]! / 127.5 - 1;
  }
  return tensor('float32', [1, 3, heightPx, widthPx], planes);
}
