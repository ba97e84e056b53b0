/**
 * @file Makes `models/vision/weights/*.safetensors` from the npm package `@vladmandic/human` 3.3.6.
 *
 *   npm install --prefix FOLDER --ignore-scripts @vladmandic/human@3.3.6
 *   npx tsx models/testing/reference/vision-convert.ts FOLDER
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeSafetensors } from '#models/formats/safetensors.ts';
import { fromHalfBits, narrowToHalves } from '#models/tensor/float16.ts';
import { tensor, type Tensor } from '#models/tensor/tensor.ts';
import { convertBlazeface, convertFaceres } from '#models/vision/convert/convert-face-models.ts';
import { convertFaceMesh } from '#models/vision/convert/convert-face-mesh.ts';
import type { TfjsModel } from '#models/vision/convert/tfjs-weights.ts';
import type { Weights } from '#models/vision/convert/weight-reader.ts';

const source = join(process.argv[2] ?? '.', 'node_modules/@vladmandic/human/models');
const target = fileURLToPath(new URL('../../vision/weights/', import.meta.url));

function load(name: string): [TfjsModel, Uint8Array] {
  return [JSON.parse(readFileSync(join(source, `${name}.json`), 'utf8')) as TfjsModel, new Uint8Array(readFileSync(join(source, `${name}.bin`)))];
}

/** Halves where they hold the very same numbers, float32 elsewhere. */
function narrowWhereExact(weights: Weights): Map<string, Tensor> {
  return new Map<string, Tensor>(
    [...weights].map(([name, weight]) => {
      const half = tensor('float16', weight.shape, narrowToHalves(weight.data));
      const exact = weight.data.every((value, i) => value === fromHalfBits(half.data[i]!));
      return [name, exact ? half : weight];
    }),
  );
}

const origin = { origin: '@vladmandic/human 3.3.6, converted from TensorFlow.js', card: 'models/vision/README.md' };
for (const [name, original, convert] of [
  ['blazeface', 'blazeface', convertBlazeface],
  ['faceres', 'faceres', convertFaceres],
  ['face-mesh', 'facemesh', convertFaceMesh],
] as const) {
  const file = writeSafetensors(narrowWhereExact(convert(...load(original))), origin);
  writeFileSync(join(target, `${name}.safetensors`), file);
  console.log(`${name}.safetensors ${file.length} bytes`);
}
