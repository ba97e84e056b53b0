/** @file What colour is behind a head: measured at the sides of a portrait, compared as the eye does. */
import type { RgbPicture } from '../pipelines/pixels.ts';

/** CIE L*a*b* under D65: lightness 0 to 100, green to red, blue to yellow. */
export type LabColour = readonly [lightness: number, greenRed: number, blueYellow: number];

/** Strips at the left and the right of a portrait, above the shoulders, as shares of the frame. */
const strip = { width: 0.12, top: 0.04, bottom: 0.45 } as const;

/**
 * What the built-in model's captions call a backdrop, as the median over the renders so captioned (`portraits-cg`, 30 to 151 pictures each;
 * black is of the painterly set, 14 pictures). Measured as `backdropColour` does.
 */
export const backdropColours = {
  white: [90, 0, 0],
  'light grey': [67, 1, 0],
  grey: [48, 0, 0],
  'dark grey': [22, 0, -1],
  black: [6, 0, -1],
  'light blue': [65, -4, -10],
  blue: [41, -1, -17],
  'dark blue': [17, 1, -11],
  teal: [42, -13, -2],
  green: [46, -14, 9],
  beige: [65, 1, 10],
  brown: [30, 4, 9],
  pink: [64, 10, 0],
  purple: [40, 11, -11],
  red: [30, 21, 7],
  orange: [53, 13, 22],
  yellow: [69, -3, 27],
} as const satisfies Record<string, LabColour>;
export type ColourName = keyof typeof backdropColours;

/** The plain backdrops that looks ask for, told apart among themselves: whether one was obeyed is read off the nearest of these. */
export const studioBackdrops = {
  'light grey': backdropColours['light grey'],
  black: backdropColours.black,
  'dark blue': backdropColours['dark blue'],
  white: backdropColours.white,
} as const;
export type StudioBackdrop = keyof typeof studioBackdrops;

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
export function backdropColour(picture: RgbPicture): LabColour {
  return labFromRgb(...(stripChannels(picture).map((values) => quantile(values, 0.5)) as [number, number, number]));
}

/** How even the backdrop is: the middle half of the green channel spans this many of 255 steps. A studio's wall has up to about 20. */
export function backdropSpread(picture: RgbPicture): number {
  const [, green] = stripChannels(picture);
  return quantile(green, 0.75) - quantile(green, 0.25);
}

/** Red, green and blue of both strips, each sorted. */
function stripChannels({ widthPx, heightPx, rgb }: RgbPicture): [number[], number[], number[]] {
  const channels: [number[], number[], number[]] = [[], [], []];
  const width = Math.max(1, Math.round(widthPx * strip.width));
  for (let y = Math.floor(heightPx * strip.top); y < Math.ceil(heightPx * strip.bottom); y++) {
    for (let i = 0; i < 2 * width; i++) {
      const x = i < width ? i : widthPx - 1 - (i - width);
      for (const channel of [0, 1, 2] as const) channels[channel].push(rgb[(y * widthPx + x) * 3 + channel]!);
    }
  }
  for (const channel of channels) channel.sort((a, b) => a - b);
  return channels;
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}

/** The name of the reference nearest to a colour. */
export function nearestColour<Name extends string>(colour: LabColour, references: Readonly<Record<Name, LabColour>>): Name {
  const names = Object.keys(references) as Name[];
  return names.reduce((best, name) => (colourDistance(colour, references[name]) < colourDistance(colour, references[best]) ? name : best));
}
