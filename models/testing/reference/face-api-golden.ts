/**
 * @file Makes `models/testing/golden/face-api.safetensors`: what face-api's own code answers under TensorFlow.js on its CPU backend.
 *
 *   npm install --prefix FOLDER --ignore-scripts @vladmandic/face-api@1.7.15 @tensorflow/tfjs@4.22.0 @tensorflow/tfjs-backend-wasm@4.22.0
 *   npx tsx models/testing/reference/face-api-golden.ts FOLDER
 *
 * The input is the middle of `vision-face.png`, an invented person from `data/people` (CC0): 150 x 150 pixels for the
 * face net, 112 x 112 for the age net. The nets subtract the means and divide by themselves.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { writeSafetensors } from '#models/formats/safetensors.ts';
import { float32, type Tensor } from '#models/tensor/tensor.ts';

interface TfTensor {
  readonly shape: number[];
  dataSync(): Float32Array;
}
interface Net<Answer> {
  loadFromWeightMap(weights: object): void;
  forwardInput(input: object): Answer;
}
interface FaceApi {
  readonly tf: {
    setBackend(name: string): Promise<boolean>;
    tensor3d(data: Int32Array, shape: readonly number[], dtype: 'int32'): TfTensor;
    readonly io: { decodeWeights(bytes: ArrayBuffer, specs: readonly object[]): object };
  };
  readonly NetInput: new (inputs: readonly TfTensor[]) => object;
  readonly FaceRecognitionNet: new () => Net<TfTensor>;
  readonly AgeGenderNet: new () => Net<{ age: TfTensor; gender: TfTensor }>;
}

const folder = resolve(process.argv[2] ?? '.');
const golden = fileURLToPath(new URL('../golden/', import.meta.url));
const { tf, NetInput, FaceRecognitionNet, AgeGenderNet } = createRequire(join(folder, 'index.js'))(
  '@vladmandic/face-api/dist/face-api.node-wasm.js',
) as FaceApi;
await tf.setBackend('cpu');

const { data } = await sharp(join(golden, 'vision-face.png')).removeAlpha().raw().toBuffer({ resolveWithObject: true });

function middle(size: number): object {
  const edge = (256 - size) / 2;
  const pixels = Int32Array.from({ length: size * size * 3 }, (_, i) => data[((Math.floor(i / (size * 3)) + edge) * 256 + edge) * 3 + (i % (size * 3))]!);
  return new NetInput([tf.tensor3d(pixels, [size, size, 3], 'int32')]);
}

function loaded<Answer>(net: Net<Answer>, name: string): Net<Answer> {
  const model = join(folder, 'node_modules/@vladmandic/face-api/model');
  const manifest = JSON.parse(readFileSync(join(model, `${name}-weights_manifest.json`), 'utf8')) as { weights: object[] }[];
  const bytes = readFileSync(join(model, `${name}.bin`));
  const specs = manifest.flatMap(({ weights }) => weights);
  net.loadFromWeightMap(tf.io.decodeWeights(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer, specs));
  return net;
}

const keep = (result: TfTensor): Tensor => float32(result.shape, result.dataSync());
const { age, gender } = loaded(new AgeGenderNet(), 'age_gender_model').forwardInput(middle(112));
const tensors = new Map<string, Tensor>([
  ['dlib-face.embedding', keep(loaded(new FaceRecognitionNet(), 'face_recognition_model').forwardInput(middle(150)))],
  ['age.age', keep(age)],
  ['age.sex', keep(gender)],
]);
for (const [name, { shape, data: values }] of tensors) console.log(name, shape, values.slice(0, 4));
writeFileSync(join(golden, 'face-api.safetensors'), writeSafetensors(tensors));
