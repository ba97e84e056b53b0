/**
 * @file Makes `models/vision/weights/{dlib-face,age}.safetensors` from the npm package `@vladmandic/face-api` 1.7.15.
 *
 *   npm install --prefix FOLDER --ignore-scripts @vladmandic/face-api@1.7.15
 *   npx tsx models/testing/reference/face-api-convert.ts FOLDER
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeSafetensors } from '#models/formats/safetensors.ts';
import { narrowToHalves } from '#models/tensor/float16.ts';
import { tensor, type Tensor } from '#models/tensor/tensor.ts';
import { convertAgeNet, convertDlibFace } from '#models/vision/convert/convert-face-api.ts';
import { readTfjsWeights, type TfjsManifest, type TfjsTensor } from '#models/vision/convert/tfjs-weights.ts';

const source = join(process.argv[2] ?? '.', 'node_modules/@vladmandic/face-api/model');
const target = fileURLToPath(new URL('../../vision/weights/', import.meta.url));

function load(name: string): Map<string, TfjsTensor> {
  const manifest = JSON.parse(readFileSync(join(source, `${name}-weights_manifest.json`), 'utf8')) as TfjsManifest['weightsManifest'];
  return readTfjsWeights({ weightsManifest: manifest }, new Uint8Array(readFileSync(join(source, `${name}.bin`))));
}

/** Filters that the package kept as float32 become halves: the embedding moves by 1e-4. Vectors stay. */
function narrowFilters(weights: Map<string, Tensor>): Map<string, Tensor> {
  return new Map(
    [...weights].map(([name, weight]): [string, Tensor] => {
      const isFilter = weight.dtype === 'float32' && weight.shape.length === 4;
      return [name, isFilter ? tensor('float16', weight.shape, narrowToHalves(weight.data as Float32Array)) : weight];
    }),
  );
}

const metadata = { origin: '@vladmandic/face-api 1.7.15, converted from TensorFlow.js', card: 'models/vision/README.md' };
for (const [name, file, convert] of [
  ['dlib-face', 'face_recognition_model', convertDlibFace],
  ['age', 'age_gender_model', convertAgeNet],
] as const) {
  const bytes = writeSafetensors(narrowFilters(convert(load(file))), metadata);
  writeFileSync(join(target, `${name}.safetensors`), bytes);
  console.log(`${name}.safetensors ${bytes.length} bytes`);
}
