/** @file Some weights of a model folder, without loading the others. */
import { components, parameterName } from '#models/families/stable-diffusion/weight-names.ts';
import type { ModelFolder } from '#models/formats/model-folder.ts';
import { readHeader, readTensor } from '#models/formats/safetensors.ts';
import type { Tensor } from '#models/tensor/tensor.ts';

/**
 * The named parameters, read one after the other.
 *
 * @param names parameter names, such as `unet.conv_in.weight`; those that no file has are left out
 */
export async function readWeights(folder: ModelFolder, names: readonly string[]): Promise<Map<string, Tensor>> {
  const wanted = new Set(names);
  const weights = new Map<string, Tensor>();
  for (const component of components) {
    if (![...wanted].some((name) => name.startsWith(`${component}.`))) continue;
    const file = component === 'text_encoder' ? 'model.safetensors' : 'diffusion_pytorch_model.safetensors';
    const source = await folder.open(`${component}/${file}`);
    for (const entry of (await readHeader(source)).entries.values()) {
      const name = parameterName(component, entry.name);
      if (name !== undefined && wanted.has(name)) weights.set(name, await readTensor(source, entry));
    }
  }
  return weights;
}
