/** @file What is known of a model before any of it is loaded. Facts only: menus, pages and the offline cache read them without loading model code. */
import type { SchedulerId } from '../schedulers/index.ts';
import type { TimestepSpacing } from '../schedulers/scheduler-config.ts';
import type { ModelShape } from './fits.ts';
import type { LicenceId } from './licences.ts';

/** Architectures that `families/index.ts` must build. */
export type FamilyId = 'stable-diffusion';

/** What a model is to the app. */
export type ModelRole =
  /** Draws, and learns a likeness. */
  | 'base'
  /** A small autoencoder in place of a base's own. */
  | 'decoder'
  /** A LoRA that makes a base need fewer steps. */
  | 'acceleration';

export type ModelTier = 'builtin' | 'light' | 'quality' | 'one-step' | 'helper';

/** What nobody could check where this list was written, which had neither the files nor a graphics card. */
export type OpenQuestion =
  /** Sizes are those that the host's own pages show, rounded to three figures. The host tells the exact ones at the download. */
  | 'sizes-rounded'
  /** No SHA-256 is written here. The host tells it at the download; what cannot be compared is checked by its header alone. */
  | 'hashes'
  /** Nobody has drawn with the published weights in this app. */
  | 'pictures'
  /** Memory was computed from the architecture, not measured. */
  | 'memory'
  /** The repository showed another licence, or none, at other times. */
  | 'licence';

/** One file of a model; paths are the repository's. */
export interface CardFile {
  readonly path: string;
  readonly aboutBytes: number;
  /** Hex, where it was read from a source that can be named. */
  readonly sha256: string | null;
}

/** Where a model comes from. */
export type CardSource =
  /** Part of this site, below `models/`. */
  | { readonly kind: 'site'; readonly folder: string }
  /** A repository on a model hub; the base address is a setting. `revision` is a commit, so that a file cannot change under a name. */
  | { readonly kind: 'hub'; readonly repo: string; readonly revision: string };

/** How to draw with what was taught to draw in few steps, as its makers say; the number of steps is the card's. */
export interface FastDrawing {
  /** Null: the one of the model's own configuration. */
  readonly scheduler: SchedulerId | null;
  /** For every look: the guidance is inside what was taught. */
  readonly guidance: number;
  /** Null: where the model's own configuration puts the steps. */
  readonly timestepSpacing: TimestepSpacing | null;
}

/** In GB: for drawing one picture with guidance, and for learning at 256 px with all layers in single samples. */
export interface ModelMemory {
  readonly draw: number;
  readonly learn: number;
}

export interface ModelCard {
  readonly label: string;
  readonly family: FamilyId;
  readonly role: ModelRole;
  readonly tier: ModelTier;
  readonly source: CardSource;
  /** Every file that the engine reads. */
  readonly files: readonly CardFile[];
  readonly licence: LicenceId;
  /** Who made it, and what the licence asks to be named. */
  readonly credit: string;
  /** Edge of the pictures it was made for. */
  readonly resolutionPx: number;
  /** Steps of a good picture. */
  readonly steps: number;
  /**
   * Memory by what does the work; null where it does not apply. What the budget announces, rounded up: weights are widened to float32, and
   * a graphics device holds more beside them than a processor does (`models/budget`). BK-SDM Small is reckoned from Tiny and the difference of their weights.
   */
  readonly memoryGb: Readonly<Record<'webgpu' | 'wasm', ModelMemory>> | null;
  /** Of a helper: the parts of a model that it was made for. */
  readonly fits?: Partial<ModelShape>;
  /** Of an acceleration LoRA, which is merged as it is, and of a base that draws in few steps by itself. */
  readonly fast?: FastDrawing;
  /** True if somebody ran this model in this app and looked. */
  readonly checked: boolean;
  readonly openQuestions: readonly OpenQuestion[];
}

/** A file of the given size. */
export const file = (path: string, aboutBytes: number, sha256: string | null = null): CardFile => ({ path, aboutBytes, sha256 });

/** The small text files that every Stable Diffusion 1.x repository has beside its weights. */
export const textFiles: readonly CardFile[] = [
  file('model_index.json', 541),
  file('scheduler/scheduler_config.json', 600),
  file('text_encoder/config.json', 724),
  file('tokenizer/merges.txt', 525e3),
  file('tokenizer/tokenizer_config.json', 737),
  file('tokenizer/vocab.json', 1.06e6),
  file('unet/config.json', 1.87e3),
  file('vae/config.json', 551),
];
