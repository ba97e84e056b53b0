/** @file Who a face is, by dlib's net: its input, its numbers and how to compare them. This is the embedding that may steer. */
import type { RgbPicture } from '../pipelines/pixels.ts';
import { tensor, type Tensor } from '../tensor/tensor.ts';
import { dlibInputSize, dlibMeans } from './dlib-face.ts';
import { sampleSquare, type SquareView } from './image.ts';

/** float32 [1, 3, 150, 150] for `buildDlibFace`; outside the picture is black, as dlib fills it. */
export function dlibInput(picture: RgbPicture, view: SquareView): Tensor<'float32'> {
  return meanLessInput(picture, view, dlibInputSize);
}

/** Red, green, blue less `dlibMeans`, over 255: both nets of face-api want this. */
export function meanLessInput(picture: RgbPicture, view: SquareView, size: number): Tensor<'float32'> {
  const planes = sampleSquare(picture, view, size, { scale: 1 / 255, offset: 0, border: 0 });
  const area = size * size;
  dlibMeans.forEach((mean, channel) => {
    for (let i = channel * area; i < (channel + 1) * area; i++) planes[i]! -= mean / 255;
  });
  return tensor('float32', [1, 3, size, size], planes);
}
