/** @file A film for Chromium's false camera: still scenes, one after another, each with its number in a corner so that the page can be asked what it shows. */
import { writeFileSync } from 'node:fs';
import sharp from 'sharp';

const [widthPx, heightPx] = [640, 480];
const framesPerSecond = 2;
/** Side of the corner, and how far apart the greys of two numbers are. */
const corner = { sidePx: 32, step: 24 };

/** One scene: a picture in the middle of the frame, at a share of its height and of its light. */
export interface Scene {
  readonly picture: string | null;
  readonly size?: number;
  readonly light?: number;
}

/**
 * Writes the scenes as YUV4MPEG2, 4:2:0, BT.601. Chromium plays it again and again.
 *
 * @see https://wiki.multimedia.cx/index.php/YUV4MPEG2
 */
export async function writeFilm(path: string, scenes: readonly Scene[], secondsEach: number): Promise<void> {
  const parts: Uint8Array[] = [Buffer.from(`YUV4MPEG2 W${widthPx} H${heightPx} F${framesPerSecond}:1\n`)];
  for (const [number, scene] of scenes.entries()) {
    const frame = yuv(await draw(scene, number));
    for (let index = 0; index < secondsEach * framesPerSecond; index += 1) parts.push(Buffer.from('FRAME\n'), frame);
  }
  writeFileSync(path, Buffer.concat(parts));
}

/** In the page: the number of the scene that a video shows. */
export function sceneShown(video: HTMLVideoElement): number {
  const canvas = new OffscreenCanvas(640, 480);
  const context = canvas.getContext('2d');
  if (context === null) return -1;
  context.drawImage(video, 0, 0, 640, 480);
  return Math.round(((context.getImageData(16, 16, 1, 1).data[0] ?? 0) - 12) / 24);
}

async function draw({ picture, size = 1, light = 1 }: Scene, number: number): Promise<Uint8Array> {
  const side = Math.round(heightPx * size);
  const inside = picture === null ? [] : [{ input: await sharp(picture).resize(side, side).linear(light, 0).png().toBuffer() }];
  const grey = 12 + number * corner.step;
  const mark = { create: { width: corner.sidePx, height: corner.sidePx, channels: 3 as const, background: { r: grey, g: grey, b: grey } } };
  const wall = Math.round(170 * light);
  return sharp({ create: { width: widthPx, height: heightPx, channels: 3, background: { r: wall, g: wall, b: wall } } })
    .composite([...inside, { input: mark, left: 0, top: 0 }])
    .removeAlpha() // Laying over adds it.
    .raw()
    .toBuffer();
}

/** Planes Y, U, V; the colours of four pixels from the first of them. */
function yuv(rgb: Uint8Array): Uint8Array {
  const area = widthPx * heightPx;
  const planes = new Uint8Array(area * 1.5);
  for (let pixel = 0; pixel < area; pixel += 1) {
    const [r, g, b] = [rgb[3 * pixel] ?? 0, rgb[3 * pixel + 1] ?? 0, rgb[3 * pixel + 2] ?? 0];
    planes[pixel] = 16 + 0.2568 * r + 0.5041 * g + 0.0979 * b;
    const [x, y] = [pixel % widthPx, Math.floor(pixel / widthPx)];
    if (x % 2 === 1 || y % 2 === 1) continue;
    const at = area + (y / 2) * (widthPx / 2) + x / 2;
    planes[at] = 128 - 0.1482 * r - 0.291 * g + 0.4392 * b;
    planes[at + area / 4] = 128 + 0.4392 * r - 0.3678 * g - 0.0714 * b;
  }
  return planes;
}
