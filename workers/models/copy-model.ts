/** @file A model from files of this computer into storage: chosen and checked like one from the web. The files themselves stay as they are. */
import { findModel, completeModel, planModel } from '#storage/model-store.ts';
import type { LocalModelOrder } from '../contract/models.ts';
import { checkFile } from './check-file.ts';
import { chooseFiles } from './choose-files.ts';
import { ChunkWriter } from './chunk-writer.ts';
import { type ModelJob, ProgressReport } from './fetch-model.ts';
import { demandRoom } from './room.ts';

/**
 * Copies the files that make up a model.
 *
 * @throws {AppError} model-file-missing, model-unknown, storage-full, weights-corrupt, cancelled
 */
export async function copyModel(order: LocalModelOrder, job: Pick<ModelJob, 'signal' | 'tell'>): Promise<void> {
  const { id, label, licence, prediction } = order;
  const report = new ProgressReport(id, job);
  report.tell('listing');
  const given = new Map(order.files.map(({ path, file }) => [path, file]));
  const chosen = chooseFiles(order.files.map(({ path, file }) => ({ path, sizeBytes: file.size, sha256: null })));
  await demandRoom(chosen.reduce((sum, file) => sum + (file.sizeBytes ?? 0), 0));
  const source = { kind: 'local', name: label } as const;
  const addedAt = (await findModel(id))?.addedAt ?? Date.now();
  const files = await planModel({ id, label, source, licence, addedAt, ...(prediction === null ? {} : { prediction }) }, chosen);
  report.begin(files);
  for (const file of files) {
    const local = given.get(file.path);
    if (local === undefined || file.isVerified) continue;
    const writer = await ChunkWriter.open(file);
    await writer.startAnew(); // It may be another file of the same name and size than last time.
    const reader = local.stream().getReader();
    for (;;) {
      job.signal.throwIfAborted();
      const { done, value } = await reader.read();
      if (done) break;
      await writer.write(value);
      report.fileHas(file.path, writer.position);
    }
    await writer.flush();
    await checkFile(file, job.signal, () => {
      report.tell('checking');
    });
  }
  await completeModel(id);
}
