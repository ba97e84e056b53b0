/** @file What colour is behind a head: measured at the sides of a portrait, compared as the eye does. */
import type { RgbPicture } from '../pipelines/pixels.ts';

/** CIE L*a*b* under D65: lightness 0 to 100, green to red, blue to yellow. */
export type LabColour = readonly [lightness: number, greenRed: number, blueYellow: number];

/** Strips at the left and the right of a portrait, above the shoulders, as shares of the frame. */
const strip = { width: 0.12, top: 0.04, bottom: 0.45 } as const;

/** sRGB, each 0 to 255, as CIELAB. @see IEC 61966-2-1 and CIE 15 */
export function labFromRgb(red: number, green: number, blue: number): LabColour {
  const [r, g, b] = [red, green, blue].map((value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4)) as [
    number,
    number,
    number,
  ];
  const curve = (t: number): number => (t > (6 / 29) ** 3 ? Math.cbrt(t) : t / (3 * (6 / 29) ** 2) + 4 / 29);
  const x = curve((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
  const y = curve(0.2126729 * r + 0.7151522 * g + 0.072175 * b);
  const z = curve((0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** Distance between two colours; about 2 is just visible. */
export function colourDistance(a: LabColour, b: LabColour): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

/** The colour behind the head: per channel the median of both side strips, so that a lock of hair in one of them does not count. */
export function backdropColour({ widthPx, heightPx, rgb }: RgbPicture): LabColour {
  const channels: [number[], number[], number[]] = [[], [], []];
  const width = Math.max(1, Math.round(widthPx * strip.width));
  for (let y = Math.floor(heightPx * strip.top); y < Math.ceil(heightPx * strip.bottom); y++) {
    for (let i = 0; i < 2 * width; i++) {
      const x = i < width ? i : widthPx - 1 - (i - width);
      for (const channel of [0, 1, 2] as const) channels[channel].push(rgb[(y * widthPx + x) * 3 + channel]!);
    }
  }
  return labFromRgb(...(channels.map(median) as [number, number, number]));
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/** The name of the reference nearest to a colour. */
export function nearestColour<Name extends string>(colour: LabColour, references: Readonly<Record<Name, LabColour>>): Name {
  const names = Object.keys(references) as Name[];
  return names.reduce((best, name) => (colourDistance(colour, references[name]) < colourDistance(colour, references[best]) ? name : best));
}
