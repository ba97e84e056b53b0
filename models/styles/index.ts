/** @file The registry of style packs: the studio's menu, the queue and the tests read it. */
import { boardroom } from './boardroom/pack.ts';
import { brickLoft } from './brick-loft/pack.ts';
import { city } from './city/pack.ts';
import { corporateBlue } from './corporate-blue/pack.ts';
import { daylightOffice } from './daylight-office/pack.ts';
import { editorial } from './editorial/pack.ts';
import { garden } from './garden/pack.ts';
import { softBeige } from './soft-beige/pack.ts';
import { studioGrey } from './studio-grey/pack.ts';
import { studioWhite } from './studio-white/pack.ts';
import type { StylePack } from './style-pack.ts';
import { warmLibrary } from './warm-library/pack.ts';

/** Every pack, in the order of the menu. */
export const stylePacks: readonly StylePack[] = [
  studioGrey,
  boardroom,
  daylightOffice,
  editorial,
  garden,
  studioWhite,
  warmLibrary,
  city,
  corporateBlue,
  brickLoft,
  softBeige,
];

/** The pack with this id; undefined for one that is no longer offered. */
export function findStylePack(id: string): StylePack | undefined {
  return stylePacks.find((pack) => pack.id === id);
}

export { defaultSubject, stylePrompts, type StylePack, type StylePrompts } from './style-pack.ts';
