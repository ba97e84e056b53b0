/** @file Likenesses as files: one of the person's is checked against the models here and stored, a stored one is written for other programs. */
import { findCard } from '#models/catalog/index.ts';
import { AppError, isAppError } from '#models/errors/app-error.ts';
import { convertLora } from '#models/lora/convert-lora.ts';
import { describeLora } from '#models/lora/describe-lora.ts';
import { loraBaseOf, type LoraBase } from '#models/lora/lora-base.ts';
import { openLora, type LoraContents } from '#models/lora/lora-contents.ts';
import { readLora } from '#models/lora/read-lora.ts';
import { openModel } from '#models/pipelines/open-model.ts';
import { personClasses, subjectPhrase, type Subject } from '#models/text/prompt.ts';
import { findLikeness, readLikenessWeights, saveLikeness } from '#storage/likeness-store.ts';
import { listModels } from '#storage/model-store.ts';
import type { LikenessImport, LikenessLayout } from '../contract/engine.ts';
import { builtinModelId, openModelFolder } from '../host/model-folders.ts';
import { modelOfLikeness } from './model-of-likeness.ts';

/**
 * Stores a likeness file with the first model that it fits: the one it names, the one in use, then every other that is here.
 * Only headers and a few of a model's weights are read, so this needs no graphics device.
 *
 * @returns the likeness's id
 * @throws {AppError} `lora-unsupported`, `lora-damaged`, `weights-pickled`; `lora-incompatible` with the reason of the first model; `storage-full` and the like
 */
export async function importLikeness({ projectId, modelId, file, adapterConfig }: LikenessImport): Promise<string> {
  const bytes = await file.arrayBuffer();
  const contents = openLora({ bytes: new Uint8Array(bytes), adapterConfig: adapterConfig ?? undefined });
  const { baseModel, triggerPhrase } = describeLora(contents);
  const model = await findModelFor(contents, [baseModel, modelId]);
  const subject = triggerPhrase === null ? null : subjectOf(triggerPhrase);
  const id = `likeness-${crypto.randomUUID()}`;
  // Kept as kohya's layout where the strength is not in the file itself: the configuration beside it is not stored.
  const stored = adapterConfig === null ? bytes : convertLora({ bytes: new Uint8Array(bytes), adapterConfig }, await baseOf(model), 'kohya').buffer;
  const record = {
    id,
    projectId,
    runId: '',
    createdAt: Date.now(),
    name: '',
    triggerPrompt: subject === null ? '' : `a close up portrait of ${subjectPhrase(subject)}`,
  };
  await saveLikeness({ ...record, imported: { modelId: model, subject } }, stored);
  return id;
}

/** A stored likeness as a safetensors file. @throws {AppError} `job-invalid` if it was deleted, and whatever opening its model throws */
export async function exportLikeness(likenessId: string, layout: LikenessLayout): Promise<Blob> {
  const [record, bytes] = await Promise.all([findLikeness(likenessId), readLikenessWeights(likenessId)]);
  if (record === undefined || bytes === undefined)
    throw new AppError('job-invalid', { message: 'the likeness is not in storage any more', help: 'Train it again, or choose another one.' });
  const source = { bytes: new Uint8Array(bytes) };
  // Ours are stored in kohya's layout: no model is needed to hand them out.
  if (layout === 'kohya' && openLora(source).layout === 'kohya') return new Blob([bytes]);
  return new Blob([convertLora(source, await baseOf(await modelOfLikeness(record)), layout)]);
}

async function findModelFor(contents: LoraContents, preferred: readonly (string | null)[]): Promise<string> {
  const isBase = (id: string): boolean => (findCard(id)?.role ?? 'base') === 'base';
  const here = [builtinModelId, ...(await listModels()).filter(({ id, isComplete }) => isComplete && isBase(id)).map(({ id }) => id)];
  const candidates = [...new Set([...preferred.filter((id) => id !== null), ...here])].filter((id) => here.includes(id));
  let first: AppError | null = null;
  for (const id of candidates) {
    try {
      readLora(contents, await baseOf(id));
      return id;
    } catch (error) {
      if (!isAppError(error, 'lora-incompatible')) throw error;
      first ??= error;
    }
  }
  throw first!; // The built-in model is always here.
}

async function baseOf(modelId: string): Promise<LoraBase> {
  return loraBaseOf((await openModel(openModelFolder(modelId))).weights);
}

/** `ohwx woman` -> token and class; words that do not end in a class are the token of a person. */
function subjectOf(phrase: string): Subject | null {
  const words = phrase.trim().split(/\s+/);
  const personClass = personClasses.find((known) => known === words.at(-1));
  const token = (personClass === undefined ? words : words.slice(0, -1)).join(' ');
  return token === '' ? null : { token, personClass: personClass ?? 'person' };
}
