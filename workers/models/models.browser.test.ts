/** @file Models from a real server over a real line into a real IndexedDB: dropped, cut short, changed, wrong, too large, twice at once. */
import { beforeEach, describe, expect, inject, test, vi } from 'vitest';
import type { LoggedRequest } from '../../src/tests/model-server.ts';
import type {} from '../../src/tests/model-server-setup.ts';
import { deleteEverything } from '#storage/delete-everything.ts';
import { chunkBytes } from '#storage/model-chunks.ts';
import { dropFileBytes } from '#storage/model-file-store.ts';
import { findModel, listModelFiles, removeModel, savePrediction } from '#storage/model-store.ts';
import { ModelClient } from '../client/model-client.ts';
import { modelChannelName, type ModelEvent, type ModelOrder, type ModelProgress } from '../contract/models.ts';
import { openModelFolder } from '../host/model-folders.ts';
import { ModelService } from './model-service.ts';

const server = inject('modelServer');
const unet = 'unet/diffusion_pytorch_model.safetensors';
const licence = { id: 'creativeml-openrail-m', name: 'Open RAIL-M', link: 'https://example.org', restrictions: ['no harm'], acceptedAt: 1 };
let count = 0;

/** A fresh case of the server, with its faults. */
function order(repo: string, faults = ''): { order: ModelOrder; log: () => Promise<LoggedRequest[]> } {
  const name = `${Date.now()}-${++count}${faults}`;
  return {
    order: { id: 'm', label: 'Test', source: { kind: 'hub', base: `${server}/${name}`, repo, revision: 'main' }, licence, prediction: null, files: null },
    log: async () => (await (await fetch(`${server}/log/${name}`)).json()) as LoggedRequest[],
  };
}
const unetRequests = (log: readonly LoggedRequest[]): LoggedRequest[] => log.filter((entry) => entry.method === 'GET' && entry.path.endsWith(unet));
const startOf = (entry: LoggedRequest | undefined): number => Number(/^bytes=(\d+)-$/.exec(entry?.range ?? '')?.[1] ?? 0);
const unetBytes = async (): Promise<number | undefined> => (await listModelFiles('m')).find((file) => file.path === unet)?.storedBytes;

/** Resolves with the first progress of model `m` that `wanted` wants. */
function progress(wanted: (event: ModelProgress) => boolean): Promise<ModelProgress> {
  const channel = new BroadcastChannel(modelChannelName);
  return new Promise((resolve) => {
    channel.onmessage = (event: MessageEvent<ModelEvent>) => {
      if (event.data.kind !== 'progress' || !wanted(event.data)) return;
      channel.close();
      resolve(event.data);
    };
  });
}

beforeEach(async () => {
  await deleteEverything();
});

describe('a model from a hub', () => {
  test('comes whole, checked, with its licence, and opens without the network', async () => {
    const { order: ordered, log } = order('test/tiny');
    await new ModelService().fetchModel(ordered);
    expect(await findModel('m')).toMatchObject({ isComplete: true, licence });
    const asked = (await log()).length;
    const folder = openModelFolder('m');
    expect((await folder.list()).map((file) => file.path)).toContain(unet);
    expect(JSON.parse(new TextDecoder().decode(await folder.readBytes('unet/config.json')))).toMatchObject({ _class_name: 'UNet2DConditionModel' });
    const original = new Uint8Array(await (await fetch(`/models/testing/golden/pipeline/${unet}`)).arrayBuffer());
    const source = await folder.open(unet);
    expect(await source.read(0, 200)).toEqual(original.slice(0, 200));
    expect(source.sizeBytes).toBe(original.length);
    expect(await log()).toHaveLength(asked);
  });

  test('a dropped line is taken up at the byte where it broke', async () => {
    const { order: ordered, log } = order('test/big', `~cut=${chunkBytes + 3_000_000}`);
    await new ModelService([10]).fetchModel(ordered);
    const [first, second] = unetRequests(await log());
    expect(first?.sentBytes).toBe(chunkBytes + 3_000_000);
    expect(second?.status).toBe(206);
    // Bytes that the browser held and had not handed over are lost with the line; what was written is not.
    expect(startOf(second)).toBeGreaterThanOrEqual(chunkBytes);
    expect(startOf(second)).toBeLessThanOrEqual(chunkBytes + 3_000_000);
    expect((await findModel('m'))?.isComplete).toBe(true);
  });

  test('a line that drops at every chunk boundary loses only what the browser had not handed over', async () => {
    const { order: ordered, log } = order('test/big', `~cut=${chunkBytes}~cuts=9`);
    await new ModelService([10, 10, 10, 10]).fetchModel(ordered);
    const requests = unetRequests(await log());
    expect(requests.length).toBeGreaterThanOrEqual(3);
    for (const [i, request] of requests.entries()) {
      const before = requests[i - 1];
      const reached = before === undefined ? 0 : startOf(before) + before.sentBytes;
      expect(startOf(request)).toBeLessThanOrEqual(reached);
      expect(startOf(request)).toBeGreaterThanOrEqual(reached - 2 ** 20);
    }
    expect((await findModel('m'))?.isComplete).toBe(true);
  });

  test('a host that is down again and again fails in the end, keeps what came, and goes on from there', async () => {
    const { order: ordered, log } = order('test/big', '~down=3');
    await expect(new ModelService([10, 10]).fetchModel(ordered)).rejects.toMatchObject({ code: 'download-failed', retryable: true });
    expect((await findModel('m'))?.isComplete).toBe(false);
    const files = await listModelFiles('m');
    expect(files.filter((file) => file.isVerified).length).toBe(files.length - 1);
    await new ModelService([10]).fetchModel(ordered);
    expect((await log()).filter((entry) => entry.method === 'GET' && entry.path.endsWith('vocab.json'))).toHaveLength(1);
    expect((await findModel('m'))?.isComplete).toBe(true);
  });

  test('after its tab was closed in the middle of a file, another goes on from the last chunk', async () => {
    const { order: ordered, log } = order('test/big', '~slow=60');
    const closed = new ModelClient();
    const far = progress((event) => event.doneBytes > chunkBytes + 2e6);
    closed.fetchModel(ordered).catch(() => undefined);
    await far;
    closed.dispose(); // The worker ends as it does with its tab: without a last word.
    const kept = (await unetBytes()) ?? 0;
    expect(kept).toBeGreaterThanOrEqual(chunkBytes);
    const next = new ModelClient();
    await next.fetchModel(ordered);
    next.dispose();
    const requests = unetRequests(await log());
    expect(requests.map(startOf)).toEqual([0, kept]);
    expect((await findModel('m'))?.isComplete).toBe(true);
  });

  test('paused from another tab it stops, keeps every byte, and goes on', async () => {
    const { order: ordered, log } = order('test/big', '~slow=60');
    const far = progress((event) => event.doneBytes > 3e6);
    const fetching = new ModelService().fetchModel(ordered);
    await far;
    new ModelClient().pause('m');
    await expect(fetching).rejects.toMatchObject({ code: 'cancelled' });
    const kept = (await unetBytes()) ?? 0;
    expect(kept).toBeGreaterThan(2e6);
    await savePrediction('m', 'v_prediction');
    await new ModelService().fetchModel(ordered);
    expect(startOf(unetRequests(await log())[1])).toBe(kept);
    expect(await findModel('m')).toMatchObject({ isComplete: true, prediction: 'v_prediction' }); // What was said meanwhile stays.
  });

  test('a server without ranges sends the file from its start, and it comes out right', async () => {
    const { order: ordered, log } = order('test/big', `~cut=${chunkBytes + 1000}~norange`);
    await new ModelService([10]).fetchModel(ordered);
    const [first, second] = unetRequests(await log());
    expect([first?.status, second?.status]).toEqual([200, 200]);
    expect(startOf(second)).toBeGreaterThanOrEqual(chunkBytes);
    expect((await findModel('m'))?.isComplete).toBe(true);
  });

  test('a file that changed at its source meanwhile is begun anew', async () => {
    const { order: ordered, log } = order('test/big', `~cut=${chunkBytes + 1000}~newtag`);
    await new ModelService([10]).fetchModel(ordered);
    const requests = unetRequests(await log());
    expect(requests.map((entry) => entry.status)).toEqual([200, 206, 200]);
    expect(startOf(requests[1])).toBeGreaterThanOrEqual(chunkBytes);
    expect(startOf(requests[2])).toBe(0);
    expect((await findModel('m'))?.isComplete).toBe(true);
  });

  test('one wrong byte is found by the hash, and only that file comes again', async () => {
    const { order: ordered, log } = order('test/big', '~flip');
    await expect(new ModelService().fetchModel(ordered)).rejects.toMatchObject({ code: 'weights-corrupt', retryable: true });
    expect(await unetBytes()).toBe(0);
    const before = (await log()).length;
    await new ModelService().fetchModel(ordered);
    expect((await log()).slice(before).map((entry) => entry.path.split('/main')[1] ?? '')).toEqual(['', `/${unet}`]);
    expect((await findModel('m'))?.isComplete).toBe(true);
  });

  test('a chunk that was lost in storage costs its file only', async () => {
    const { order: ordered, log } = order('test/tiny');
    await new ModelService().fetchModel(ordered);
    await dropFileBytes({ modelId: 'm', path: unet }); // As reading does when a chunk does not agree with its digest.
    await new ModelService().fetchModel(ordered);
    expect(unetRequests(await log())).toHaveLength(2);
    expect((await log()).filter((entry) => entry.path.endsWith('vocab.json'))).toHaveLength(1);
  });

  test('a file shorter than its own header says is refused, also where the host gives no hash', async () => {
    const { order: ordered } = order('test/lying', '~nolist');
    await expect(new ModelService().fetchModel(ordered)).rejects.toMatchObject({ code: 'weights-corrupt' });
    expect((await findModel('m'))?.isComplete).toBe(false);
  });

  test('a host that cannot list its files is asked for each that a model has', async () => {
    const { order: ordered } = order('test/tiny', '~nolist');
    await new ModelService().fetchModel(ordered);
    expect((await findModel('m'))?.isComplete).toBe(true);
    const { source } = ordered;
    if (source.kind !== 'hub') throw new Error('no hub');
    const folder = { ...ordered, id: 'm2', source: { kind: 'address', folder: `${source.base}/test/tiny/resolve/main/` } as const };
    await new ModelService().fetchModel(folder);
    expect((await listModelFiles('m2')).map((file) => [file.path, file.storedBytes])).toEqual(
      (await listModelFiles('m')).map((file) => [file.path, file.storedBytes]),
    );
  });

  test('weights as pickles are refused before anything is loaded', async () => {
    const { order: ordered, log } = order('test/pickle');
    await expect(new ModelService().fetchModel(ordered)).rejects.toMatchObject({ code: 'model-unknown' });
    expect(await log()).toHaveLength(1);
  });

  test('removed while it comes, it stays removed', async () => {
    const { order: ordered } = order('test/big', '~slow=60');
    const far = progress((event) => event.doneBytes > 2e6);
    const fetching = new ModelService().fetchModel(ordered);
    await far;
    await removeModel('m');
    await expect(fetching).rejects.toMatchObject({ code: 'cancelled' });
    expect(await findModel('m')).toBeUndefined();
  });

  test('no host: it says so, and that trying again may help', async () => {
    const unreachable = { ...order('test/tiny').order, source: { kind: 'hub', base: 'http://localhost:9', repo: 'a/b', revision: 'main' } as const };
    await expect(new ModelService().fetchModel(unreachable)).rejects.toMatchObject({ code: 'download-failed', retryable: true });
  });
});

test('two tabs that want one model load it once', async () => {
  const { order: ordered, log } = order('test/big', '~slow=20');
  const [here, there] = [new ModelClient(), new ModelClient()];
  await Promise.all([here.fetchModel(ordered), there.fetchModel(ordered)]);
  here.dispose();
  there.dispose();
  expect(unetRequests(await log())).toHaveLength(1);
});

test('when the tab that loads is closed, the one that waits goes on', async () => {
  const { order: ordered, log } = order('test/big', '~slow=60');
  const [here, there] = [new ModelClient(), new ModelClient()];
  const far = progress((event) => event.doneBytes > chunkBytes + 1e6);
  here.fetchModel(ordered).catch(() => undefined);
  await far;
  const waiting = there.fetchModel(ordered);
  here.dispose();
  await waiting;
  there.dispose();
  const requests = unetRequests(await log());
  expect(requests).toHaveLength(2);
  expect(startOf(requests[1])).toBeGreaterThan(0);
  expect(startOf(requests[1]) % chunkBytes).toBe(0);
});

test('when the room ends in the middle of a file it says so, keeps what is there, and goes on when there is room again', async () => {
  // Injected, because the browser counts a quota against an estimate of its own that trails what is stored.
  const put = IDBObjectStore.prototype.put;
  const full = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, value: { path?: string; index?: number }, key) {
    if (this.name === 'modelChunks' && value.path === unet && value.index === 1) throw new DOMException('no room', 'QuotaExceededError');
    return put.call(this, value, key);
  });
  const { order: ordered, log } = order('test/big');
  try {
    await expect(new ModelService().fetchModel(ordered)).rejects.toMatchObject({ code: 'storage-full', retryable: true });
  } finally {
    full.mockRestore();
  }
  const kept = (await unetBytes()) ?? 0;
  expect(kept).toBe(chunkBytes);
  await new ModelService().fetchModel(ordered);
  expect(startOf(unetRequests(await log()).at(-1))).toBe(kept);
  expect((await findModel('m'))?.isComplete).toBe(true);
});

test('a folder of this computer is copied, chosen and checked the same way', async () => {
  const paths = [
    'model_index.json',
    'scheduler/scheduler_config.json',
    'text_encoder/config.json',
    'text_encoder/model.safetensors',
    'tokenizer/merges.txt',
    'tokenizer/vocab.json',
    'unet/config.json',
    unet,
    'vae/config.json',
    'vae/diffusion_pytorch_model.safetensors',
  ];
  const files = await Promise.all(
    paths.map(async (path) => ({
      path,
      file: new File([await (await fetch(`/models/testing/golden/pipeline/${path}`)).blob()], path.split('/').at(-1) ?? path),
    })),
  );
  const client = new ModelClient();
  await client.copyModel({
    id: 'own',
    label: 'My model',
    licence,
    prediction: 'v_prediction',
    files: [...files, { path: 'README.md', file: new File(['x'], 'README.md') }],
  });
  client.dispose();
  expect(await findModel('own')).toMatchObject({ isComplete: true, source: { kind: 'local', name: 'My model' }, prediction: 'v_prediction' });
  expect((await listModelFiles('own')).map((file) => file.path)).toEqual([...paths].sort());
  const broken = files.map((entry) => (entry.path === unet ? { ...entry, file: new File([entry.file.slice(0, 1000)], 'x') } : entry));
  await expect(new ModelService().copyModel({ id: 'broken', label: 'Broken', licence, prediction: null, files: broken })).rejects.toMatchObject({
    code: 'weights-corrupt',
  });
});
