import { expect, test } from 'vitest';
import { demandRoom } from './room.ts';

const free = (bytes: number) => async () => ({ usedBytes: 1e9, quotaBytes: 1e9 + bytes, isPersistent: false });

test('a model that does not fit is refused before its first byte, with both numbers', async () => {
  await expect(demandRoom(2.13e9, free(1.5e9))).rejects.toMatchObject({ code: 'storage-full', message: expect.stringMatching(/2130 MB.*1500 MB/) as string });
});

test('some room stays for photos and pictures', async () => {
  await expect(demandRoom(1e9, free(1.05e9))).rejects.toMatchObject({ code: 'storage-full' });
  await demandRoom(1e9, free(1.2e9));
});

test('nothing to load needs no room, and a browser that does not say is believed', async () => {
  await demandRoom(0, free(0));
  await demandRoom(1e12, async () => null);
});
