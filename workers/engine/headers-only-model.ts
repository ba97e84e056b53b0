/** @file For tests: a published model in storage as far as it is read before its weights: configurations, tokenizer, and the headers of its files. */
import { readStableDiffusion } from '#models/families/stable-diffusion/index.ts';
import type { Graph } from '#models/graph/graph.ts';
import { elementCount } from '#models/tensor/shape.ts';
import { chunkBytes } from '#storage/model-chunks.ts';
import { saveChunk, saveModelFile, updateModelFile } from '#storage/model-file-store.ts';
import { completeModel, listModelFiles, planModel } from '#storage/model-store.ts';
import { ownBuffer } from './run-journal.ts';

/**
 * Stores a model by its published configurations. Whoever reads a weight of it is told `weights-corrupt`, and the file is dropped.
 *
 * @param name of a file in `models/testing/reference/conformance/published`
 * @param unetChanges what its unet/config.json has instead
 */
export async function storeHeadersOf(modelId: string, name: string, unetChanges: Readonly<Record<string, unknown>> = {}): Promise<void> {
  const read = (await (await fetch(`/models/testing/reference/conformance/published/${name}.json`)).json()) as Record<
    'model_index' | 'unet' | 'text_encoder' | 'vae' | 'scheduler',
    object
  >;
  const published = { ...read, unet: { ...read.unet, ...unetChanges } };
  const model = readStableDiffusion({ modelIndex: published.model_index, unet: published.unet, textEncoder: published.text_encoder, vae: published.vae });
  const save = (path: string, bytes: ArrayBuffer): Promise<void> => saveModelFile({ modelId, path }, bytes);
  const json = (value: unknown): ArrayBuffer => ownBuffer(new TextEncoder().encode(JSON.stringify(value)));
  for (const file of ['merges.txt', 'vocab.json', 'tokenizer_config.json']) {
    await save(`tokenizer/${file}`, await (await fetch(`/models/testing/golden/pipeline/tokenizer/${file}`)).arrayBuffer());
  }
  await save('model_index.json', json(published.model_index));
  await save('scheduler/scheduler_config.json', json(published.scheduler));
  for (const part of ['unet', 'text_encoder', 'vae'] as const) await save(`${part}/config.json`, json(published[part]));
  await saveHeader(modelId, 'unet/diffusion_pytorch_model.safetensors', [
    model.buildUnet({ batch: 1, height: 8, width: 8, contextLength: 1, attention: 'fused' }),
  ]);
  await saveHeader(modelId, 'text_encoder/model.safetensors', [model.buildTextEncoder({ batch: 1, length: 77 })]);
  await saveHeader(modelId, 'vae/diffusion_pytorch_model.safetensors', [
    model.buildImageEncoder({ batch: 1, height: 64, width: 64 }),
    model.buildImageDecoder({ batch: 1, height: 8, width: 8 }),
  ]);
  await completeModel(modelId);
}

/** A safetensors file of these parameters in float16, of full length, of which only the first chunk and the last are there. */
async function saveHeader(modelId: string, path: string, graphs: readonly Graph[]): Promise<void> {
  const shapes = new Map(
    graphs.flatMap(({ parameters }) => parameters.map(({ name, shape }) => [name.replace(/^(unet|text_encoder|vae)\./, ''), shape] as const)),
  );
  let end = 0;
  const entries = [...shapes].map(([name, shape]) => [name, { dtype: 'F16', shape, data_offsets: [end, (end += 2 * elementCount(shape))] }] as const);
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const header = new Uint8Array(8 + text.length);
  new DataView(header.buffer).setBigUint64(0, BigInt(text.length), true);
  header.set(text, 8);
  const sizeBytes = header.length + end;
  const others = (await listModelFiles(modelId)).filter((file) => file.path !== path);
  await planModel({ id: modelId, label: modelId, source: { kind: 'local', name: modelId }, licence: null, addedAt: 1 }, [
    ...others,
    { path, sizeBytes, sha256: null },
  ]);
  await saveChunk({ modelId, path }, 0, header.buffer);
  await saveChunk({ modelId, path }, Math.floor(sizeBytes / chunkBytes), new ArrayBuffer(sizeBytes % chunkBytes));
  await updateModelFile({ modelId, path }, { isVerified: true });
}
