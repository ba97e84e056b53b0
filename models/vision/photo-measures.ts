/** @file What is measured on a photo, as plain data: the checks judge these numbers, the recipe writes captions from them, and the page shows them. */
import type { FaceEmbedding } from './face-embedding.ts';
import type { FaceBox } from './face-detector.ts';
import type { FaceShape } from './face-shape.ts';

/** Degrees, against the line of sight. */
export interface HeadPose {
  /** Over 0: turned to the right of the picture. */
  readonly yaw: number;
  /** Over 0: looking up. */
  readonly pitch: number;
  /** Over 0: tilted to the right of the picture. */
  readonly roll: number;
}

/** Light on a face or in a picture, from its luma. */
export interface LightMeasures {
  /** CIELAB lightness, 0 to 100. */
  readonly meanLightness: number;
  /** Shares of pixels that hold no detail: nearly black, nearly white. */
  readonly darkShare: number;
  readonly brightShare: number;
  /** Lightness of the picture's left half of the face less that of the right half. */
  readonly sideDifference: number;
}

/** Everything known of one face. */
export interface FaceMeasures {
  /** Shares of the frame [left, top, right, bottom], chin to hairline; beyond 0 to 1 where the face is cut off. */
  readonly box: FaceBox;
  /** The detector's, 0 to 1. */
  readonly score: number;
  readonly pose: HeadPose;
  /** Opening of each eye over its width, named from the person's own side; about 0.3 is open. The mesh seldom reads closed eyes as such: see `eyesShown`. */
  readonly eyeOpening: { readonly right: number; readonly left: number };
  /** How clearly open eyes show, from 0: see `measures/eyes-shown.ts`. Absent from photos that were measured before it was. */
  readonly eyesShown?: number;
  /** Opening of the mouth over its width, and how far the corners are raised over the middle, as a share of the mouth's width. */
  readonly mouth: { readonly opening: number; readonly smile: number };
  /** Detail at the size of the face, comparable between photos: see `measures/sharpness.ts`. */
  readonly sharpness: number;
  readonly light: LightMeasures;
  /** Median skin colour of the cheeks and the forehead, CIELAB. */
  readonly skin: readonly [lightness: number, a: number, b: number];
  /** 0 to 1: how surely something covers the eyes (sunglasses), or the lower face (a mask, a hand). */
  readonly covered: { readonly eyes: number; readonly lowerFace: number };
  /** 0 to 1. */
  readonly glasses: number;
  /** 0 to 1: skin without any texture, as beauty filters leave it. */
  readonly smoothing: number;
  /** Null where the embedder is not loaded. */
  readonly embedding: FaceEmbedding | null;
  /** Null where the age net is not loaded. Nets read ages five and more years wrong: the checks know by how much. */
  readonly apparentAgeYears: number | null;
  /** 0 (reads as a man) to 1 (reads as a woman); only ever a suggestion for the person's own choice. */
  readonly apparentWoman: number | null;
  /** How the face is built. Absent from photos that were measured before it was. */
  readonly shape?: FaceShape;
}

/** Everything measured on one upright photo. */
export interface PhotoMeasures {
  readonly widthPx: number;
  readonly heightPx: number;
  /** Surest first. */
  readonly faces: readonly FaceMeasures[];
  readonly light: LightMeasures;
  /** How colourful the picture is: mean CIELAB chroma. Near 0 is black-and-white. */
  readonly chroma: number;
  /** Mean CIELAB a and b of the nearly neutral pixels: far from 0 is a cast. */
  readonly cast: readonly [a: number, b: number];
  /** Standard deviation of the sensor noise, in steps of 0 to 255. */
  readonly noise: number;
  /** 64 bits of a perceptual hash, as 16 hex digits: near-duplicates differ in few bits. */
  readonly fingerprint: string;
  /** 0 to 1, the nudity classifier's sum over its explicit classes; null where it is not loaded. */
  readonly nudity: number | null;
  /** Share of the picture that is person; null where the mask net is not loaded. */
  readonly personShare: number | null;
  /** Colour behind the person, CIELAB; null without a mask. */
  readonly backdrop: readonly [lightness: number, a: number, b: number] | null;
}
