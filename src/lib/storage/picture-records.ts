/** @file Records of the pictures that were drawn. */
import type { PhotoMeasures } from '#models/vision/photo-measures.ts';

/** A LoRA that a picture was drawn with. */
export interface DrawnWith {
  readonly kind: 'likeness' | 'acceleration';
  readonly id: string;
  readonly weight: number;
}

/** The order that a picture was drawn for, where more were drawn than asked for: of its pictures of one look the best `wanted` are shown. */
export interface PictureBatch {
  readonly id: string;
  readonly wanted: number;
}

/** One headshot. Its PNG is in a store of its own, so that listing stays cheap. */
export interface ImageRecord {
  readonly id: string;
  readonly projectId: string;
  /** Whose picture it is. */
  readonly likenessId: string | null;
  readonly styleId: string;
  readonly prompt: string;
  readonly negativePrompt: string;
  readonly scheduler: string;
  readonly seed: number;
  readonly steps: number;
  readonly guidance: number;
  /** With the fields above all that it takes to draw it again. Absent from pictures of older versions: their likeness alone, at a strength that nobody noted. */
  readonly modelId?: string;
  readonly loras?: readonly DrawnWith[];
  readonly timestepSpacing?: 'leading' | 'trailing' | 'linspace' | null;
  readonly createdAt: number;
  readonly favourite: boolean;
  /** Set aside by the person: out of the contact sheet, not yet deleted. */
  readonly setAside: boolean;
  /** What ranking goes by; absent where nobody looked yet. What follows from it is not stored. */
  readonly measures?: PhotoMeasures;
  /** True for one that the person took back after ranking had set it aside. */
  readonly isBroughtBack?: boolean;
  readonly batch?: PictureBatch;
  readonly widthPx: number;
  readonly heightPx: number;
}

export interface ImageFileRecord {
  readonly imageId: string;
  /** With the "made with AI" mark already inside. */
  readonly png: Blob;
}
