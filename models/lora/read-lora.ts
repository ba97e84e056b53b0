/** @file Reads a likeness for a model: from any layout to factors by layer path, checked against the model before anything is computed. */
import { widenHalves } from '../tensor/float16.ts';
import { formatShape } from '../tensor/shape.ts';
import { tensor, type Tensor } from '../tensor/tensor.ts';
import { adapterScale } from './adapter-scale.ts';
import { checkDepth, checkFingerprint, checkShapes, unknownLayers } from './check-base.ts';
import { layoutsById } from './layouts/index.ts';
import type { LoraBase } from './lora-base.ts';
import { damaged, openLora, type LoraContents, type LoraParts, type LoraSource } from './lora-contents.ts';
import type { LoraFactors } from './lora-weights.ts';

/**
 * Reads a likeness.
 *
 * @param source a file, or one that `openLora` has opened
 * @returns layer path -> factors in float32, owned by the caller
 * @throws {AppError} what `openLora` throws; `lora-incompatible` if it was made for another model
 */
export function readLora(source: LoraSource | LoraContents, base: LoraBase): Map<string, LoraFactors> {
  const contents = 'modules' in source ? source : openLora(source);
  const pathOf = layoutsById[contents.layout].findPaths(contents, base);
  const scaleOf = adapterScale(contents);
  const unknown = [...contents.modules.keys()].filter((module) => pathOf(module) === undefined);
  if (unknown.length > 0) throw unknownLayers(unknown, contents.modules.size);

  const factors = new Map<string, LoraFactors>();
  for (const [module, parts] of contents.modules) {
    const path = pathOf(module)!;
    if (factors.has(path)) throw damaged(`it changes ${path} twice, once under the name ${module}`);
    const read = readFactors(module, parts, (rank) => scaleOf(path, rank));
    checkShapes(path, read, base.modules.get(path)!);
    factors.set(path, read);
  }
  checkDepth(factors.keys(), base);
  checkFingerprint(contents.metadata, base);
  return factors;
}

function readFactors(module: string, { down, up, mid, alpha }: LoraParts, scaleOf: (rank: number) => number): LoraFactors {
  const [upFactor, downFactor] = [readNumbers(module, up), readNumbers(module, down)];
  const folded = mid === undefined ? downFactor : foldMiddle(module, readNumbers(module, mid), downFactor);
  const rank = folded.shape[0] ?? 0;
  if (rank === 0 || up.shape[1] !== rank)
    throw damaged(`the factors of ${module}, ${formatShape(up.shape)} and ${formatShape(folded.shape)}, cannot be multiplied`);
  const [alphaValue] = alpha === undefined ? [] : readNumbers(module, alpha).data;
  // kohya takes an alpha of 0 for none.
  const scale = alphaValue === undefined ? scaleOf(rank) : alphaValue === 0 ? 1 : alphaValue / rank;
  return { down: folded, up: upFactor, scale };
}

/**
 * LyCORIS splits a convolution in three, up [out, r] x mid [r, s, kh, kw] x down [s, in, 1, 1]. The last two multiplied are a plain LoRA's down.
 *
 * @returns [r, in, kh, kw]
 */
function foldMiddle(module: string, mid: Tensor<'float32'>, down: Tensor<'float32'>): Tensor<'float32'> {
  const [rank = 0, inner = 0, height = 0, width = 0] = mid.shape;
  const inputs = down.data.length / Math.max(inner, 1);
  if (mid.shape.length !== 4 || down.shape[0] !== inner || down.shape[1] !== inputs)
    throw damaged(`the factors of ${module}, ${formatShape(mid.shape)} and ${formatShape(down.shape)}, cannot be multiplied`);
  const area = height * width;
  const folded = new Float32Array(rank * inputs * area);
  for (let r = 0; r < rank; r++) {
    for (let s = 0; s < inner; s++) {
      for (let input = 0; input < inputs; input++) {
        const coefficient = down.data[s * inputs + input]!;
        const [from, to] = [(r * inner + s) * area, (r * inputs + input) * area];
        for (let pixel = 0; pixel < area; pixel++) folded[to + pixel] = folded[to + pixel]! + coefficient * mid.data[from + pixel]!;
      }
    }
  }
  return tensor('float32', [rank, inputs, height, width], folded);
}

/** As float32; one number that is not finite would make every picture black. */
function readNumbers(module: string, { dtype, shape, data }: Tensor): Tensor<'float32'> {
  if (dtype !== 'float32' && dtype !== 'float16') throw damaged(`the numbers of ${module} are ${dtype}`);
  const numbers = dtype === 'float16' ? widenHalves(data as Uint16Array) : (data as Float32Array);
  for (const value of numbers) if (!Number.isFinite(value)) throw damaged(`${module} holds numbers that are not finite`);
  return tensor('float32', shape, numbers);
}
