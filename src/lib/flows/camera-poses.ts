/** @file What the guided camera asks for, in order: three directions, serious and smiling. The guide checks the direction; the smile is the person's. */
import type { GuideTarget } from '#workers/contract/photos.ts';

export const cameraPoses = [
  { id: 'front', target: 'front' },
  { id: 'left', target: 'left' },
  { id: 'right', target: 'right' },
  { id: 'frontSmiling', target: 'front' },
  { id: 'leftSmiling', target: 'left' },
  { id: 'rightSmiling', target: 'right' },
] as const satisfies readonly { readonly id: string; readonly target: GuideTarget }[];

export type CameraPose = (typeof cameraPoses)[number];
