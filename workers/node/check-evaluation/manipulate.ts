/** @file Defects made of good photos: each function gives a new picture and is the same at every call. */
import sharp, { type Sharp } from 'sharp';
import type { RgbPicture } from '#models/pipelines/pixels.ts';
import { lumaPlane } from '#models/vision/measures/plane.ts';

type Rgb = readonly [red: number, green: number, blue: number];

const open = ({ rgb, widthPx, heightPx }: RgbPicture): Sharp => sharp(rgb, { raw: { width: widthPx, height: heightPx, channels: 3 } });

async function close(image: Sharp): Promise<RgbPicture> {
  const { data, info } = await image.toColourspace('srgb').removeAlpha().raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  return { widthPx: info.width, heightPx: info.height, rgb: new Uint8Array(data) };
}

/** Through JPEG, as everything that is sent around. */
export async function reencoded(picture: RgbPicture, quality: number): Promise<RgbPicture> {
  return close(sharp(await open(picture).jpeg({ quality }).toBuffer()));
}

export function blurred(picture: RgbPicture, sigmaPx: number): Promise<RgbPicture> {
  return close(open(picture).blur(sigmaPx));
}

/** Reduced so that the longer side has so many pixels, and enlarged again where `isEnlarged`. */
export async function reduced(picture: RgbPicture, sidePx: number, isEnlarged = false): Promise<RgbPicture> {
  const small = await close(open(picture).resize({ width: sidePx, height: sidePx, fit: 'inside' }));
  return isEnlarged ? close(open(small).resize({ width: picture.widthPx, height: picture.heightPx, fit: 'fill', kernel: 'cubic' })) : small;
}

export function turned(picture: RgbPicture, degrees: 90 | 180 | 270): Promise<RgbPicture> {
  return close(open(picture).rotate(degrees));
}

export function mirrored(picture: RgbPicture): Promise<RgbPicture> {
  return close(open(picture).flop());
}

/** Shares of the picture [left, top, right, bottom]. */
export function cropped(picture: RgbPicture, [left, top, right, bottom]: readonly [number, number, number, number]): Promise<RgbPicture> {
  const [x, y] = [Math.round(left * picture.widthPx), Math.round(top * picture.heightPx)];
  const extract = { left: x, top: y, width: Math.round(right * picture.widthPx) - x, height: Math.round(bottom * picture.heightPx) - y };
  return close(open(picture).extract(extract));
}

/** Two pictures side by side. */
export function besides(picture: RgbPicture, other: RgbPicture): Promise<RgbPicture> {
  const second = { input: Buffer.from(other.rgb), raw: { width: other.widthPx, height: other.heightPx, channels: 3 as const }, left: picture.widthPx, top: 0 };
  return close(open(picture).extend({ right: other.widthPx, background: '#000000' }).composite([second]));
}

/** Light times a factor for each channel, as a lamp or a shutter would: in linear light, clipped at white. */
export function exposed(picture: RgbPicture, factor: Rgb): RgbPicture {
  const linear = (value: number): number => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const coded = (value: number): number => 255 * (value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055);
  return { ...picture, rgb: picture.rgb.map((value, i) => Math.round(coded(Math.min(1, linear(value) * factor[(i % 3) as 0 | 1 | 2])))) };
}

/** Luma only, as a black-and-white setting gives. */
export function desaturated(picture: RgbPicture): RgbPicture {
  const { values } = lumaPlane(picture);
  return { ...picture, rgb: picture.rgb.map((_, i) => Math.round(values[Math.floor(i / 3)]!)) };
}

/** Gaussian noise from a generator with a fixed seed. @param sigma in steps of 255 */
export function noisy(picture: RgbPicture, sigma: number): RgbPicture {
  let state = 1;
  const uniform = (): number => ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0) + 0.5) / 2 ** 32;
  const normal = (): number => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  return { ...picture, rgb: picture.rgb.map((value) => Math.round(Math.min(255, Math.max(0, value + sigma * normal())))) };
}

/** A bilateral filter, which is what beauty filters are made of: flattens skin and keeps edges. @param sigma in steps of 255 */
export function smoothed(picture: RgbPicture, sigma: number): RgbPicture {
  const { widthPx, heightPx, rgb } = picture;
  const [reach, spread] = [5, 3];
  const result = new Uint8Array(rgb.length);
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      const at = (y * widthPx + x) * 3;
      const sums = [0, 0, 0, 0];
      for (let j = Math.max(0, y - reach); j <= Math.min(heightPx - 1, y + reach); j++) {
        for (let i = Math.max(0, x - reach); i <= Math.min(widthPx - 1, x + reach); i++) {
          const near = (j * widthPx + i) * 3;
          const colour = (rgb[near]! - rgb[at]!) ** 2 + (rgb[near + 1]! - rgb[at + 1]!) ** 2 + (rgb[near + 2]! - rgb[at + 2]!) ** 2;
          const weight = Math.exp(-((i - x) ** 2 + (j - y) ** 2) / (2 * spread ** 2) - colour / (2 * sigma ** 2));
          for (const channel of [0, 1, 2]) sums[channel]! += weight * rgb[near + channel]!;
          sums[3]! += weight;
        }
      }
      for (const channel of [0, 1, 2]) result[at + channel] = Math.round(sums[channel]! / sums[3]!);
    }
  }
  return { widthPx, heightPx, rgb: result };
}

/** An SVG drawing laid over the picture. */
export function drawnOver(picture: RgbPicture, shapes: string): Promise<RgbPicture> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${picture.widthPx}" height="${picture.heightPx}">${shapes}</svg>`;
  return close(open(picture).composite([{ input: Buffer.from(svg) }]));
}
