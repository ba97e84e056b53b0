/** @file What stands on every page: name, buttons, units, header, ribbon, errors. */
import { plural } from './plural.ts';

export const meta = {
  name: 'Likeness',
  languageName: 'English',
  description: 'Professional headshots of you, made on your own computer.',
};

export const common = {
  cancel: 'Cancel',
  close: 'Close',
  undo: 'Undo',
  remove: 'Remove',
  delete: 'Delete',
  tryAgain: 'Try again',
  reload: 'Reload',
  skipToContent: 'Skip to the content',
  technicalDetail: 'Technical detail',
  dismiss: 'Dismiss',
  soon: 'Soon',
};

export const units = {
  photos: (count: number) => plural(count, 'photo', 'photos'),
  pictures: (count: number) => plural(count, 'picture', 'pictures'),
  samples: (count: number) => plural(count, 'sample', 'samples'),
  /** "about 6 minutes"; whole words, never a decimal. */
  about: (seconds: number) => {
    if (seconds < 20) return 'a few seconds';
    if (seconds < 50) return `about ${Math.round(seconds / 10) * 10} seconds`;
    if (seconds < 5400) return `about ${plural(Math.max(1, Math.round(seconds / 60)), 'minute', 'minutes')}`;
    return `about ${plural(Math.round(seconds / 3600), 'hour', 'hours')}`;
  },
  bytes: (bytes: number) => {
    if (bytes < 1000) return plural(bytes, 'byte', 'bytes');
    if (bytes < 1e6) return `${(bytes / 1e3).toFixed(0)} kB`;
    if (bytes < 1e9) return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
    return `${(bytes / 1e9).toFixed(1)} GB`;
  },
  number: (value: number) => value.toLocaleString('en-GB'),
  date: (milliseconds: number) => new Date(milliseconds).toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric' }),
};

export const header = {
  steps: 'The four steps',
  home: 'Likeness, to the start page',
  photos: 'Photos',
  likeness: 'Likeness',
  studio: 'Studio',
  gallery: 'Gallery',
  done: 'done',
  settings: 'Settings',
  toDarkroom: 'Switch to the darkroom (dark)',
  toStudio: 'Switch to the studio (light)',
  switchLanguage: '한국어로 보기',
  switchLanguageShort: '한국어',
};

export const ribbon = {
  sent: (bytes: string) => `${bytes} of you have left this device`,
  sentOne: '1 byte of you has left this device',
  explain: 'How this is counted',
  detailTitle: 'What this line counts',
  detail:
    'Every request this app makes is counted on this device: by the page, by its workers and by its service worker. Loading the app’s own files sends nothing of you. Loading a model that you chose tells its host which file, and nothing of you; these requests have a line of their own. Anything else with a body, a query or another destination would be added to the number above.',
  ownFiles: (count: string) => `Requests for the app’s own files since this tab opened: ${count}`,
  withBody: (count: string) => `Requests that carried anything: ${count}`,
  modelFiles: (count: string) => `Requests for files of models you chose: ${count}`,
  foreign: (count: string) => `Requests to anywhere else: ${count}`,
  proof: 'To see for yourself: switch off the network. Everything still works.',
  offline: 'You are offline, and everything works.',
  privacy: 'Privacy',
  about: 'About',
};

export const errors = {
  title: 'Something did not work',
  notFoundTitle: 'There is no such page',
  notFoundText: 'The address does not belong to this app.',
  notFoundLink: 'To the start page',
  takeOver: 'Go on in this tab',
};

export const update = {
  ready: 'A new version is here.',
  apply: 'Reload to use it',
  later: 'Later',
};
