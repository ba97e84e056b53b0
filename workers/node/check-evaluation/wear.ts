/** @file Things that people wear over a face, as SVG laid on the points of its mesh. */
import { meshPoint, type FaceLandmarks } from '#models/vision/face-landmarks.ts';
import { eyeRegions } from '#models/vision/measures/mesh-regions.ts';

/** From the bridge of the nose over the cheeks and around the jaw. */
export const maskEdge = [197, 346, 345, 352, 411, 416, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150, 136, 172, 192, 187, 123, 116, 117];

/** A mask of cloth: darker towards its sides, with three folds. */
export function mask(landmarks: FaceLandmarks, colour: string): string {
  const fold = (left: number, right: number): string => {
    const [[x0, y0], [x1, y1]] = [meshPoint(landmarks, left), meshPoint(landmarks, right)];
    return `<line x1="${x0}" y1="${y0}" x2="${x1}" y2="${y1}" stroke="#000" stroke-opacity="0.12" stroke-width="2"/>`;
  };
  const shade =
    '<linearGradient id="s"><stop offset="0" stop-opacity="0.3"/><stop offset="0.45" stop-opacity="0"/><stop offset="1" stop-opacity="0.2"/></linearGradient>';
  const edge = path(landmarks, maskEdge);
  return `<defs>${shade}</defs><path d="${edge}" fill="${colour}"/><path d="${edge}" fill="url(#s)"/>${fold(123, 352)}${fold(192, 416)}${fold(172, 397)}`;
}

/** The same with a printed check, its squares a twelfth of the mask's width. */
export function checkedMask(landmarks: FaceLandmarks, colour: string, second: string): string {
  const width = Math.abs(meshPoint(landmarks, 352)[0] - meshPoint(landmarks, 123)[0]) / 6;
  const print = `<pattern id="p" patternUnits="userSpaceOnUse" width="${width}" height="${width}"><path d="M0 0h${width / 2}v${width}h${width / 2}v${-width / 2}h${-width}z" fill="${second}"/></pattern>`;
  return `${mask(landmarks, colour)}<defs>${print}</defs><path d="${path(landmarks, maskEdge)}" fill="url(#p)" fill-opacity="0.8"/>`;
}

/** Two dark glasses and a bridge. */
export function sunglasses(landmarks: FaceLandmarks, colour: string): string {
  const glass = (region: readonly number[]): string => `<path d="${path(landmarks, region, 1.35)}" fill="${colour}"/>`;
  return glass(eyeRegions.right) + glass(eyeRegions.left) + bridge(landmarks, colour, 0.1);
}

/** Frames with clear glasses. @param thickness of the rims over the width of an eye */
export function spectacles(landmarks: FaceLandmarks, colour: string, thickness: number): string {
  const { right, left, turn } = eyes(landmarks);
  const rim = ({ x, y, width }: Eye): string =>
    `<ellipse cx="${x}" cy="${y + 0.15 * width}" rx="${0.85 * width}" ry="${0.68 * width}" transform="rotate(${turn} ${x} ${y})" fill="none" stroke="${colour}" stroke-width="${thickness * width}"/>`;
  return rim(right) + rim(left) + bridge(landmarks, colour, thickness);
}

interface Eye {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

function eyes(landmarks: FaceLandmarks): { right: Eye; left: Eye; turn: number } {
  const eye = (outer: number, inner: number): Eye => {
    const [[x0, y0], [x1, y1]] = [meshPoint(landmarks, outer), meshPoint(landmarks, inner)];
    return { x: (x0 + x1) / 2, y: (y0 + y1) / 2, width: Math.hypot(x1 - x0, y1 - y0) };
  };
  const [right, left] = [eye(33, 133), eye(263, 362)];
  return { right, left, turn: (Math.atan2(left.y - right.y, left.x - right.x) * 180) / Math.PI };
}

function bridge(landmarks: FaceLandmarks, colour: string, thickness: number): string {
  const { right, left } = eyes(landmarks);
  return `<line x1="${right.x + 0.8 * right.width}" y1="${right.y}" x2="${left.x - 0.8 * left.width}" y2="${left.y}" stroke="${colour}" stroke-width="${thickness * right.width}"/>`;
}

/** The outline of a region, grown from its middle. */
function path(landmarks: FaceLandmarks, region: readonly number[], growth = 1): string {
  const points = region.map((point) => meshPoint(landmarks, point));
  const [x, y] = [0, 1].map((axis) => points.reduce((sum, point) => sum + point[axis]!, 0) / points.length) as [number, number];
  return `M${points.map((point) => `${x + (point[0] - x) * growth} ${y + (point[1] - y) * growth}`).join('L')}Z`;
}
