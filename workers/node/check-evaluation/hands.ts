/** @file A hand before a face, drawn in the colour and the light of the person's own skin. */
import type { RgbPicture } from '#models/pipelines/pixels.ts';
import { meshPoint, type FaceLandmarks } from '#models/vision/face-landmarks.ts';
import { skinLight } from './scene-light.ts';

/** Sizes over the distance of the outer corners of the eyes, which is about 9 cm. */
const hand = { fingerWidth: 0.2, fingerLength: 0.85, palmLength: 1 } as const;
/** Hands are a little darker and redder than faces. */
const tint = [0.97, 0.91, 0.9] as const;

/** Middle of the fingers, degrees by which they point away from the person's right along the line of the eyes. */
export type HandPlace = 'mouth' | 'cheek';
const places: Readonly<Record<HandPlace, { readonly point: number; readonly degrees: number }>> = {
  mouth: { point: 13, degrees: 12 },
  cheek: { point: 425, degrees: 72 },
};

/** Four fingers with nails and joints, a palm behind them and an arm that leaves the picture, as SVG. */
export function handBefore(picture: RgbPicture, landmarks: FaceLandmarks, place: HandPlace): string {
  const [[rightX, rightY], [leftX, leftY]] = [meshPoint(landmarks, 33), meshPoint(landmarks, 263)];
  const unit = Math.hypot(leftX - rightX, leftY - rightY);
  const { point, degrees } = places[place];
  const [x, y] = meshPoint(landmarks, point);
  const turn = (Math.atan2(leftY - rightY, leftX - rightX) * 180) / Math.PI + degrees;
  const light = skinLight(picture, landmarks);
  const colourAt = (along: number, across: number, shade = 1): string => {
    const angle = (turn * Math.PI) / 180;
    const colour = light(x + along * Math.cos(angle) - across * Math.sin(angle), y + along * Math.sin(angle) + across * Math.cos(angle));
    return `rgb(${colour.map((value, channel) => Math.round(Math.min(255, value * tint[channel as 0 | 1 | 2] * shade))).join(' ')})`;
  };
  const width = hand.fingerWidth * unit;
  const lengths = [0.86, 0.97, 1, 0.8].map((share) => share * hand.fingerLength * unit);
  const base = 0.45 * hand.fingerLength * unit;
  const fingers = lengths.map((length, index) => {
    const across = (index - 1.5) * width;
    const gradient = `<linearGradient id="f${index}" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${colourAt(0, across, 0.68)}"/><stop offset="0.35" stop-color="${colourAt(0, across, 1.03)}"/><stop offset="0.75" stop-color="${colourAt(0, across, 0.95)}"/><stop offset="1" stop-color="${colourAt(0, across, 0.6)}"/></linearGradient>`;
    const tip = base - length;
    const joint = (share: number): string =>
      `<path d="M${tip + share * length} ${across - 0.3 * width}q${0.06 * width} ${0.3 * width} 0 ${0.6 * width}" stroke="${colourAt(0, across, 0.75)}" fill="none" stroke-width="${0.05 * width}"/>`;
    return `${gradient}<rect x="${tip}" y="${across - width / 2}" width="${length + 0.3 * unit}" height="${width}" rx="${0.48 * width}" fill="url(#f${index})"/><ellipse cx="${tip + 0.3 * width}" cy="${across}" rx="${0.26 * width}" ry="${0.3 * width}" fill="${colourAt(0, across, 1.12)}"/>${joint(0.36)}${joint(0.68)}`;
  });
  const palm = `<rect x="${base - 0.05 * unit}" y="${-2.05 * width}" width="${hand.palmLength * unit}" height="${4.1 * width}" rx="${0.7 * width}" fill="${colourAt(base, 0, 0.92)}"/><rect x="${base + 0.6 * unit}" y="${-1.4 * width}" width="${4 * unit}" height="${2.8 * width}" fill="${colourAt(base, 0, 0.86)}"/>`;
  return `<g transform="translate(${x} ${y}) rotate(${turn})">${palm}${fingers.join('')}</g>`;
}
