/** @file Every visible sentence, in English. The other languages have the same shape, or they do not compile. */
import { about, privacy } from './about.ts';
import { checks } from './checks.ts';
import { common, errors, header, meta, ribbon, units, update } from './frame.ts';
import { gallery } from './gallery.ts';
import { likeness } from './likeness.ts';
import { models } from './models.ts';
import { consent, photos } from './photos.ts';
import { settings } from './settings.ts';
import { device, start } from './start.ts';
import { studio } from './studio.ts';

export const en = {
  meta,
  common,
  units,
  header,
  ribbon,
  errors,
  update,
  start,
  device,
  photos,
  checks,
  consent,
  likeness,
  studio,
  gallery,
  models,
  settings,
  privacy,
  about,
};
