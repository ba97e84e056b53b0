/** @file A worker for the tests only: proves that the stores work without a page. */
import { listPhotos } from './photo-store.ts';

self.onmessage = (event: MessageEvent<string>) => {
  void listPhotos(event.data).then(async (photos) => {
    self.postMessage(await Promise.all(photos.map(async (photo) => `${photo.fileName}:${await photo.picture.text()}`)));
  });
};
