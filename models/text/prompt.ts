/** @file The sentences of the app: captions that teach a likeness, and prompts that call it. */
import type { TorchRandom } from '../tensor/random.ts';

/** What the model is told the person is. "person" is for everyone who wants no other word. */
export const personClasses = ['woman', 'man', 'person'] as const;
export type PersonClass = (typeof personClasses)[number];

/** Who a likeness is of, in words. */
export interface Subject {
  /** A word that means nothing yet, so that the person can become its meaning; never a name. */
  readonly token: string;
  readonly personClass: PersonClass;
}

/** Four letters with no meaning to CLIP. `sks`, seen in many recipes, is a rifle. */
export const defaultSubjectToken = 'ohwx';

/** `ohwx woman`: the words that stand for the person. */
export function subjectPhrase({ token, personClass }: Subject): string {
  return `${token} ${personClass}`;
}

/** How a caption says what is in the frame: the face alone, or head and shoulders. */
export const framingWords = { close: 'a close up portrait of', 'half body': 'a portrait photo of' } as const;
export type Framing = keyof typeof framingWords;

/**
 * The caption of a training photo. What it names (clothes, backdrop, light) is not learned as part of the person.
 *
 * @param details short phrases such as "smiling" or "blurred office background"; empty ones are left out
 */
export function trainingCaption(subject: Subject, details: readonly string[] = [], framing: Framing = 'close'): string {
  return [`${framingWords[framing]} ${subjectPhrase(subject)}`, ...details.map(tidy).filter((detail) => detail !== '')].join(', ');
}

/**
 * The caption, or now and then an empty one, so that the model keeps knowing what a picture without words is: guidance needs that.
 *
 * @param rate   the share of captions dropped, 0 to 1; 0.1 is usual
 * @param random one number is drawn from it, whatever the rate, so that runs with other rates see the same noise
 */
export function withDropout(caption: string, rate: number, random: TorchRandom): string {
  return random.uniform(1)[0]! < rate ? '' : caption;
}

/**
 * Puts words into the places of a template.
 *
 * @param template such as "a close up portrait of {subject}, wearing {outfit}"
 * @param words    place -> words; a place without words stays as it is, so that a typing error is seen
 */
export function fillTemplate(template: string, words: Readonly<Record<string, string>>): string {
  return tidy(template.replace(/\{(\w+)\}/g, (place, name: string) => (Object.hasOwn(words, name) ? words[name]! : place)));
}

/** One space between words, none before a comma, no comma without something behind it. */
export function tidy(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/(?: ?,)+/g, ',')
    .replace(/^[ ,]+|[ ,]+$/g, '');
}
