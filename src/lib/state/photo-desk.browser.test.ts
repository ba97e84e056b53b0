/** @file Editing a photo while the one before is still being saved, and closing the dialog by a slip: nothing is lost. */
import { expect, test } from 'vitest';
import { noEdit } from '#models/vision/photo-edit.ts';
import { beginHistory, takeStep } from '../flows/edit-history.ts';
import { catalogues } from '../i18n/catalogue.ts';
import { Notices } from './notices.svelte.ts';
import { type DeskTools, PhotoDesk } from './photo-desk.svelte.ts';
import type { Photos } from './photos.svelte.ts';

const turned = { ...noEdit, quarterTurns: 1 } as const;

/** A desk whose photos, a and b, are saved when the test says so. */
function openDesk(): { readonly desk: PhotoDesk; readonly notices: Notices; readonly finishSaving: () => void } {
  const notices = new Notices();
  let finishSaving = (): void => undefined;
  const record = (id: string) => ({ id, fileName: `${id}.jpg` });
  const photos = {
    find: (id: string) => (id === 'gone' ? undefined : { record: record(id) }),
    judgementOf: () => ({ state: 'good', open: [], setAside: [], isHardStop: false }),
    change: (id: string) =>
      new Promise((resolve) => {
        finishSaving = () => {
          resolve(record(id));
        };
      }),
  } as unknown as Photos;
  const app: DeskTools = { photos, notices, t: catalogues.en, attempt: async (work) => void (await work()) };
  return {
    desk: new PhotoDesk(app),
    notices,
    finishSaving: () => {
      finishSaving();
    },
  };
}

test('a photo that is saved late does not close the dialog of the next one', async () => {
  const { desk, notices, finishSaving } = openDesk();
  desk.edit('a');
  const saving = desk.saveEdit(turned, null);
  desk.closeEditor(beginHistory({ edit: turned, face: null }));
  desk.edit('b');
  finishSaving();
  await saving;
  expect(desk.editing?.id).toBe('b');
  expect(notices.list.map(({ text }) => text)).toEqual(['a.jpg was changed.']);
});

test('changes that were not saved can be taken up again; none are offered where there were none', () => {
  const { desk, notices } = openDesk();
  const start = beginHistory({ edit: noEdit, face: null });
  desk.edit('a', 'turn');
  desk.closeEditor(start);
  expect(notices.list).toEqual([]);
  const changed = takeStep(start, { edit: turned, face: null });
  desk.edit('a', 'turn');
  desk.closeEditor(changed);
  expect(desk.editing).toBe(null);
  expect(notices.list[0]?.text).toBe('Your changes to a.jpg were not saved.');
  notices.list[0]?.action?.run();
  expect(desk.editing).toEqual({ id: 'a', tool: 'turn', draft: changed });
});

test('of a photo that is gone nothing is said', () => {
  const { desk, notices } = openDesk();
  desk.edit('gone');
  desk.closeEditor(takeStep(beginHistory({ edit: noEdit, face: null }), { edit: turned, face: null }));
  expect(desk.editing).toBe(null);
  expect(notices.list).toEqual([]);
});
