/**
 * @file Makes `models/testing/golden/vision.safetensors`: what the original nets answer under TensorFlow.js on its CPU backend.
 *
 *   npm install --prefix FOLDER --ignore-scripts @vladmandic/human@3.3.6 @tensorflow/tfjs@4.22.0
 *   npx tsx models/testing/reference/vision-golden.ts FOLDER
 *
 * The input is `vision-face.png`, 256 x 256, an invented person from `data/people` (CC0). BlazeFace gets all of it,
 * FaceRes the 224 x 224 pixels in its middle, the face mesh the middle 192 x 192.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { writeSafetensors } from '#models/formats/safetensors.ts';
import { float32, type Tensor } from '#models/tensor/tensor.ts';

interface TfTensor {
  readonly name: string;
  readonly shape: number[];
  dataSync(): Float32Array;
}
interface GraphModel {
  execute(input: TfTensor, outputs: string[]): TfTensor[];
}
interface TensorFlow {
  setBackend(name: string): Promise<boolean>;
  loadGraphModel(handler: object): Promise<GraphModel>;
  div(input: TfTensor, by: number): TfTensor;
  tensor4d(data: Float32Array, shape: readonly number[]): TfTensor;
}

const folder = resolve(process.argv[2] ?? '.');
const golden = fileURLToPath(new URL('../golden/', import.meta.url));
const tf = createRequire(join(folder, 'index.js'))('@tensorflow/tfjs') as TensorFlow;
await tf.setBackend('cpu');

async function load(name: string): Promise<GraphModel> {
  const models = join(folder, 'node_modules/@vladmandic/human/models');
  const model = JSON.parse(readFileSync(join(models, `${name}.json`), 'utf8')) as { modelTopology: object; weightsManifest: { weights: object[] }[] };
  const bytes = readFileSync(join(models, `${name}.bin`));
  const weightData = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  return tf.loadGraphModel({ load: async () => ({ ...model, weightSpecs: model.weightsManifest.flatMap(({ weights }) => weights), weightData }) });
}

const keep = (result: TfTensor): Tensor<'float32'> => float32(result.shape, result.dataSync());
const { data } = await sharp(join(golden, 'vision-face.png')).removeAlpha().raw().toBuffer({ resolveWithObject: true });
const wholeInput = Float32Array.from(data, (byte) => byte / 127.5 - 1);
/** The pixels in the middle of the picture, 0 to 255, channels last. */
function middle(size: number): TfTensor {
  const edge = (256 - size) / 2;
  const pixels = Float32Array.from({ length: size * size * 3 }, (_, i) => data[((Math.floor(i / (size * 3)) + edge) * 256 + edge) * 3 + (i % (size * 3))]!);
  return tf.tensor4d(pixels, [1, size, size, 3]);
}

const tensors = new Map<string, Tensor>();
const blazeface = await load('blazeface');
const halves = blazeface.execute(tf.tensor4d(wholeInput, [1, 256, 256, 3]), ['Identity', 'Identity_1', 'Identity_2', 'Identity_3']);
['scores.fine', 'scores.coarse', 'boxes.fine', 'boxes.coarse'].forEach((name, i) => tensors.set(`blazeface.${name}`, keep(halves[i]!)));
const faceres = await load('faceres');
const described = faceres.execute(middle(224), ['global_pooling/Mean', 'age_pred/Softmax', 'gender_pred/Sigmoid']);
['embedding', 'age', 'male'].forEach((name, i) => tensors.set(`faceres.${name}`, keep(described[i]!)));
const mesh = await load('facemesh');
const points = mesh.execute(tf.div(middle(192), 255), ['Identity_2', 'Identity_1']);
['points', 'presence'].forEach((name, i) => tensors.set(`face-mesh.${name}`, keep(points[i]!)));
for (const [name, { shape }] of tensors) console.log(name, shape);
writeFileSync(join(golden, 'vision.safetensors'), writeSafetensors(tensors));
