/** @file In which way pictures are drawn: full quality as the person set it, or in few steps as the catalogue says. Pure, so that it is tested in Node. */
import { type FastDrawing, findCard } from '#models/catalog/index.ts';
import type { GenerateRequest, LoraChoice } from '#workers/contract/engine.ts';
import { pictureScheduler } from './defaults.ts';

/** Steps, scheduler and guidance that are not for the person to choose. */
export interface GivenDrawing extends FastDrawing {
  readonly steps: number;
}

/** A way to draw with fewer steps: an acceleration LoRA that is here and fits the model. */
export interface FastWay extends GivenDrawing {
  readonly id: string;
}

/** The ways of these acceleration LoRAs. */
export function fastWaysOf(ids: readonly string[]): readonly FastWay[] {
  return ids.flatMap((id) => {
    const given = givenBy(id);
    return given === null ? [] : [{ ...given, id }];
  });
}

/** What a model or a helper of the catalogue gives, if it was taught to draw in few steps. */
export function givenBy(id: string): GivenDrawing | null {
  const card = findCard(id);
  return card?.fast === undefined ? null : { ...card.fast, steps: card.steps };
}

export interface DrawingSettings {
  readonly likenessId: string;
  readonly likenessWeight: number;
  /** Null: full quality. */
  readonly fast: FastWay | null;
  /** Of the fast way, or of the model itself. */
  readonly given: GivenDrawing | null;
  /** As the person set them. */
  readonly steps: number;
}

/** The part of a request that says with what and how; acceleration LoRAs are made to be merged at 1. */
export function drawingTerms({ likenessId, likenessWeight, fast, given, steps }: DrawingSettings): Omit<GenerateRequest, 'projectId' | 'orders' | 'previews'> {
  const loras: LoraChoice[] = [{ kind: 'likeness', id: likenessId, weight: likenessWeight }];
  if (fast !== null) loras.push({ kind: 'acceleration', id: fast.id, weight: 1 });
  return {
    likenessId,
    loras,
    scheduler: given === null ? pictureScheduler : given.scheduler,
    steps: given?.steps ?? steps,
    timestepSpacing: given?.timestepSpacing ?? null,
  };
}
