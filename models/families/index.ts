/** @file Architecture -> what reads its configurations and builds its graphs. The compiler asks for a line here for each family of the catalogue. */
import type { FamilyId } from '../catalog/model-card.ts';
import { readStableDiffusion } from './stable-diffusion/index.ts';

export const families = {
  'stable-diffusion': readStableDiffusion,
} as const satisfies Record<FamilyId, unknown>;
