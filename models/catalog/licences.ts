/** @file The licences of the models we offer: where their text is, and what they forbid. Facts, in the licences' own words. */

export interface Licence {
  readonly id: LicenceId;
  readonly name: string;
  /** Its full text. */
  readonly link: string;
  /**
   * What a user of the model, of anything learned on it and of its pictures agrees not to do, as the licence says it.
   * These words travel with every likeness: "Use-based restrictions ... MUST be included" (paragraph 4 of the licence). Empty: none.
   */
  readonly restrictions: readonly string[];
}

export type LicenceId = 'CC-BY-4.0' | 'MIT' | 'creativeml-openrail-m' | 'openrail++' | 'unknown';

/** Attachment A, the same in CreativeML Open RAIL-M (22 August 2022) and Open RAIL++-M (24 November 2022). */
const attachmentA = [
  'In any way that violates any applicable national, federal, state, local or international law or regulation',
  'For the purpose of exploiting, harming or attempting to exploit or harm minors in any way',
  'To generate or disseminate verifiably false information and/or content with the purpose of harming others',
  'To generate or disseminate personal identifiable information that can be used to harm an individual',
  'To defame, disparage or otherwise harass others',
  'For fully automated decision making that adversely impacts an individual’s legal rights or otherwise creates or modifies a binding, enforceable obligation',
  'For any use intended to or which has the effect of discriminating against or harming individuals or groups based on online or offline social behavior or known or predicted personal or personality characteristics',
  'To exploit any of the vulnerabilities of a specific group of persons based on their age, social, physical or mental characteristics, in order to materially distort the behavior of a person pertaining to that group in a manner that causes or is likely to cause that person or another person physical or psychological harm',
  'For any use intended to or which has the effect of discriminating against individuals or groups based on legally protected characteristics or categories',
  'To provide medical advice and medical results interpretation',
  'To generate or disseminate information for the purpose to be used for administration of justice, law enforcement, immigration or asylum processes, such as predicting an individual will commit fraud/crime commitment (e.g. by text profiling, drawing causal relationships between assertions made in documents, indiscriminate and arbitrarily-targeted use)',
] as const;

export const licences: { readonly [Id in LicenceId]: Licence & { readonly id: Id } } = {
  'CC-BY-4.0': { id: 'CC-BY-4.0', name: 'Creative Commons Attribution 4.0', link: 'https://creativecommons.org/licenses/by/4.0/', restrictions: [] },
  MIT: { id: 'MIT', name: 'MIT', link: 'https://opensource.org/license/mit', restrictions: [] },
  'creativeml-openrail-m': {
    id: 'creativeml-openrail-m',
    name: 'CreativeML Open RAIL-M',
    link: 'https://huggingface.co/spaces/CompVis/stable-diffusion-license',
    restrictions: attachmentA,
  },
  'openrail++': {
    id: 'openrail++',
    name: 'CreativeML Open RAIL++-M',
    link: 'https://huggingface.co/stabilityai/stable-diffusion-2/blob/main/LICENSE-MODEL',
    restrictions: attachmentA,
  },
  // A model of the person's own: nearly every Stable Diffusion descends from one under Open RAIL, so its restrictions are assumed.
  unknown: { id: 'unknown', name: 'not known to this app', link: '', restrictions: attachmentA },
};
