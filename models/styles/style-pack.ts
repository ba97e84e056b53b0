/** @file What a style pack is: a look for headshots, in words that models know. */
import { z } from 'zod';
import { defaultSubjectToken, fillTemplate, personClasses, subjectPhrase, type PersonClass, type Subject } from '../text/prompt.ts';

/** The languages of the interface; every name is there in all of them. */
const localized = z.strictObject({ en: z.string().min(1), ko: z.string().min(1) });

/** Words for the place {outfit}: one for everyone, or one per class. */
const outfitSchema = z.strictObject(Object.fromEntries(personClasses.map((name) => [name, z.string().min(1)])) as Record<PersonClass, z.ZodString>);

export const stylePackSchema = z.strictObject({
  /** The folder's name; pictures in the gallery remember it for good. */
  id: z.string().regex(/^[a-z]+(-[a-z]+)*$/),
  names: localized,
  /** What one will see, in a few words. */
  hints: localized,
  /** With {subject} and {outfit}. In the order of training captions: person, expression, clothes, backdrop, light. */
  template: z.string().regex(/^a close up portrait of \{subject\}, .*\{outfit\}/),
  outfits: outfitSchema,
  /** What to lead away from. */
  negativePrompt: z.string(),
  /** How closely to follow the words; see `guidance` of a generate job. 5 where nothing speaks for another: 4 knows the face, 7 the backdrop (`models/training/README.md`). */
  guidance: z.number().min(1).max(12),
});

export type StylePack = z.infer<typeof stylePackSchema>;

/** Two sentences for one picture. */
export interface StylePrompts {
  readonly prompt: string;
  readonly negativePrompt: string;
}

/** The prompts of a look for a person. Without a likeness, the subject is simply "a woman", "a man" or "a person". */
export function stylePrompts(pack: StylePack, personClass: PersonClass, likeness: Subject | null): StylePrompts {
  const subject = likeness === null ? `a ${personClass}` : subjectPhrase(likeness);
  return {
    prompt: fillTemplate(pack.template, { subject, outfit: pack.outfits[personClass] }),
    negativePrompt: pack.negativePrompt,
  };
}

/** The subject a likeness of this class is trained with by default. */
export function defaultSubject(personClass: PersonClass): Subject {
  return { token: defaultSubjectToken, personClass };
}

/**
 * What no headshot should be: the words that the built-in model was taught on its least photographic pictures. None that names a mark of a
 * person's face: leading away from wrinkles, freckles or makeup would take the likeness away with them.
 */
export const commonNegative = 'blurry, low quality, deformed, painting';
