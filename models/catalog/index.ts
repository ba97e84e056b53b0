/** @file The models we offer, one line each. */
import { builtin } from './builtin.ts';
import { fits, type ModelShape } from './fits.ts';
import { hyperSd8, lcmLora, taesd } from './helpers.ts';
import { bkSdmSmall, bkSdmTiny } from './light.ts';
import type { ModelCard } from './model-card.ts';
import { sdxsDreamshaper } from './one-step.ts';
import { dreamshaper8, realisticVision51 } from './quality.ts';

/** id -> card, in the order of the menu. Ids are stored with likenesses: never rename one. */
export const catalog = {
  builtin,
  'bk-sdm-tiny': bkSdmTiny,
  'bk-sdm-small': bkSdmSmall,
  'dreamshaper-8': dreamshaper8,
  'realistic-vision-5.1': realisticVision51,
  'sdxs-dreamshaper': sdxsDreamshaper,
  taesd,
  'lcm-lora-sd15': lcmLora,
  'hyper-sd15-8': hyperSd8,
} as const satisfies Record<string, ModelCard>;

export type ModelId = keyof typeof catalog;

export const modelIds = Object.keys(catalog) as ModelId[];

/** Where repositories are, unless the person chose a mirror: `BASE/<repo>/resolve/<revision>/<file>`. */
export const defaultHub = 'https://huggingface.co';

/** The bytes of all files of a card, about. */
export function aboutBytesOf(card: ModelCard): number {
  return card.files.reduce((sum, { aboutBytes }) => sum + aboutBytes, 0);
}

/** The card of a catalogue model, or null for a model of the person's own. */
export function findCard(modelId: string): ModelCard | null {
  return Object.hasOwn(catalog, modelId) ? catalog[modelId as ModelId] : null;
}

/** Ids of the helpers of a role that fit a model of this shape, in the order of the menu. */
export function helpersFor(role: 'acceleration' | 'decoder', shape: ModelShape): readonly ModelId[] {
  return modelIds.filter((id) => {
    const card: ModelCard = catalog[id];
    return card.role === role && card.fits !== undefined && fits(card.fits, shape);
  });
}

export type { LatentShape, ModelShape, UnetShape } from './fits.ts';
export { licences, type Licence, type LicenceId } from './licences.ts';
export type { CardFile, CardSource, FamilyId, FastDrawing, ModelCard, ModelRole, ModelTier, OpenQuestion } from './model-card.ts';
