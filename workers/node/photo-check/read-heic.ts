/** @file HEIC files in Node, by libheif (LGPL-3.0, used unchanged through its own package). */
import { createRequire } from 'node:module';
import type { RgbPicture } from '#models/pipelines/pixels.ts';
import { displayP3ToSrgb } from '../../photos/display-p3.ts';
import { heifFacts } from '../../photos/heif-boxes.ts';

/** The part of libheif-js that is called here. */
interface HeifImage {
  get_width(): number;
  get_height(): number;
  is_primary(): boolean;
  display(target: { data: Uint8ClampedArray; width: number; height: number }, done: (filled: { data: Uint8ClampedArray } | null) => void): void;
  free(): void;
}
interface Libheif {
  HeifDecoder: new () => { decode(bytes: Uint8Array): HeifImage[] };
}

let library: Libheif | null = null;

/**
 * The main picture of a HEIC file, upright as its own boxes say, in sRGB, transparency on white.
 *
 * @throws {Error} for a file that libheif cannot read
 */
export async function decodeHeic(bytes: Uint8Array): Promise<RgbPicture> {
  library ??= createRequire(import.meta.url)('libheif-js/wasm-bundle') as Libheif;
  const images = new library.HeifDecoder().decode(bytes);
  try {
    const image = images.find((found) => found.is_primary()) ?? images[0];
    if (image === undefined) throw new Error('libheif found no picture');
    const [width, height] = [image.get_width(), image.get_height()];
    const rgba = await new Promise<Uint8ClampedArray>((resolve, reject) => {
      image.display({ data: new Uint8ClampedArray(width * height * 4), width, height }, (filled) => {
        if (filled === null) reject(new Error('libheif cannot decode the picture'));
        else resolve(filled.data);
      });
    });
    if (heifFacts(bytes).colour === 'display-p3') displayP3ToSrgb(rgba, 4); // libheif gives the colours as they are stored.
    return { widthPx: width, heightPx: height, rgb: onWhite(rgba) };
  } finally {
    for (const image of images) image.free();
  }
}

function onWhite(rgba: Uint8ClampedArray): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let pixel = 0; pixel < rgba.length / 4; pixel++) {
    const alpha = rgba[4 * pixel + 3]! / 255;
    for (let channel = 0; channel < 3; channel++) rgb[3 * pixel + channel] = Math.round(alpha * rgba[4 * pixel + channel]! + 255 * (1 - alpha));
  }
  return rgb;
}
