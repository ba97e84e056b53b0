/** @file The end of a training run: the likeness file, its record, and the run marked finished. */
import { findCard, licences } from '#models/catalog/index.ts';
import type { TrainJob } from '#models/jobs/index.ts';
import { likenessMetadata, type BaseLicence } from '#models/lora/likeness-metadata.ts';
import type { LoraWeights } from '#models/lora/lora-weights.ts';
import { writeLora } from '#models/lora/write-lora.ts';
import type { LoadedModel } from '#models/pipelines/loaded-model.ts';
import { resolveOptions } from '#models/schedulers/scheduler-config.ts';
import { subjectPhrase } from '#models/text/prompt.ts';
import { removeCheckpoint } from '#storage/checkpoint-store.ts';
import { saveLikeness } from '#storage/likeness-store.ts';
import { findModel } from '#storage/model-store.ts';
import { findProject } from '#storage/project-store.ts';
import { updateRun, type RunRecord } from '#storage/run-store.ts';
import { ownBuffer } from './run-journal.ts';
import { triggerPromptOf } from './training-inputs.ts';

/**
 * Stores the likeness, marks the run as finished and removes its checkpoint, in this order: a tab closed in between finishes again.
 *
 * @returns the likeness's id
 * @throws {AppError} `storage-full` and the like; the checkpoint is still there then
 */
export async function writeLikeness(model: LoadedModel, run: RunRecord, job: TrainJob, factors: LoraWeights): Promise<string> {
  const { lora, resolutionPx, samples, learningRate, seed } = job;
  const { predictionType } = resolveOptions(model.schedulerConfig);
  const triggerPhrase = subjectPhrase({ token: job.subjectToken, personClass: job.personClass });
  const { fingerprint: baseFingerprint } = await model.loraBase();
  const base = { baseModel: job.model, baseFingerprint, baseLicence: await licenceOf(job.model), textWidth: model.model.textEncoder.width };
  const metadata = likenessMetadata({ lora, ...base, resolutionPx, samples, learningRate, seed, predictionType, triggerPhrase });
  const project = await findProject(run.projectId);
  const likeness = {
    id: `likeness-${run.id}`, // Of the run: finishing twice makes one likeness.
    projectId: run.projectId,
    runId: run.id,
    createdAt: Date.now(),
    name: project?.name ?? '',
    triggerPrompt: triggerPromptOf(job),
  };
  await saveLikeness(likeness, ownBuffer(writeLora(factors, metadata)));
  await updateRun(run.id, { status: 'finished', likenessId: likeness.id, error: null });
  await removeCheckpoint(run.id);
  return likeness.id;
}

/** As it was shown and accepted when the model was added; the catalogue's for the built-in one. */
async function licenceOf(modelId: string): Promise<BaseLicence> {
  return (await findModel(modelId))?.licence ?? licences[findCard(modelId)?.licence ?? 'unknown'];
}
