/** @file A short video as a browser's own recorder writes it: WebM without its length in the header. */
import type { Page } from 'playwright-core';

/** Shows each picture of the site for a second. */
export async function recordVideo(page: Page, addresses: readonly string[]): Promise<Buffer> {
  const base64 = await page.evaluate(async (shown) => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 384, height: 384 });
    const context = canvas.getContext('2d');
    if (context === null) throw new Error('no canvas');
    const pictures = await Promise.all(shown.map(async (address) => createImageBitmap(await (await fetch(address)).blob())));
    const recorder = new MediaRecorder(canvas.captureStream(10), { mimeType: 'video/webm;codecs=vp8' });
    const parts: Blob[] = [];
    recorder.addEventListener('dataavailable', ({ data }) => parts.push(data));
    recorder.start();
    for (const picture of pictures) {
      for (let frame = 0; frame < 10; frame += 1) {
        context.drawImage(picture, 0, 0, 384, 384);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
    await new Promise((resolve) => {
      recorder.addEventListener('stop', resolve);
      recorder.stop();
    });
    const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  }, addresses);
  return Buffer.from(base64, 'base64');
}
