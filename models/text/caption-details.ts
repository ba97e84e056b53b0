/** @file The words of a photo's caption beside the person: in the order and the vocabulary of the built-in model's captions. */
import type { ColourName } from '../vision/backdrop.ts';

/** Whatever is null was not measured, or is nothing to speak of. */
export interface PhotoFacts {
  readonly expression: 'smiling' | 'slight smile' | 'neutral' | null;
  readonly eyewear: 'glasses' | 'sunglasses' | null;
  /** Which side of the picture the head is turned to. */
  readonly turnedTo: 'left' | 'right' | null;
  readonly clothes: ColourName | null;
  /** Beside the person's other photos: a dark skin is no dark light. */
  readonly light: 'bright' | 'dark' | null;
  /** How light falls on the face: from one side, or from everywhere. */
  readonly shade: 'soft' | 'harsh' | null;
  readonly backdrop: { readonly colour: ColourName; readonly isPlain: boolean } | null;
}

/**
 * Short phrases for what a photo shows; nothing that belongs to the person: no age, no hair, no skin.
 *
 * @param knows whether the model has a word; a phrase with an unknown one is left out, since spelt-out words mean nothing to a model that never met them
 * @see `builtin/recipe/captions.py` for the captions that the built-in model learned from
 */
export function captionDetails(
  { expression, eyewear, turnedTo, clothes, light, shade, backdrop }: PhotoFacts,
  knows: (word: string) => boolean = () => true,
): string[] {
  const details = [
    expression === 'neutral' ? 'neutral expression' : expression,
    eyewear && `wearing ${eyewear}`,
    turnedTo && `looking ${turnedTo}`,
    clothes && `wearing ${clothes} clothes`,
    backdrop && `${backdrop.isPlain ? 'plain ' : ''}${backdrop.colour} background`,
    light && `${light} lighting`,
    shade && (shade === 'soft' ? 'soft light' : 'harsh shadows'),
  ];
  return details.filter((detail): detail is string => Boolean(detail) && detail!.split(' ').every(knows));
}
