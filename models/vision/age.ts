/** @file How old a face looks, how far that can be wrong, and when a photo or a person is taken for a minor. */
import type { RgbPicture } from '../pipelines/pixels.ts';
import type { GraphRunner } from '../runtime/graph-runner.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { ageInputSize, buildAgeNet } from './age-net.ts';
import { rollAngle } from './face-alignment.ts';
import type { DetectedFace, SharePoint } from './face-detector.ts';
import { meanLessInput } from './face-identity.ts';
import type { PixelSize, SquareView } from './image.ts';
import { VisionNet } from './vision-net.ts';

/** What the net believes of one face. */
export interface AgeReading {
  /** Off by five years on average for photographs, by more for renders and drawings, and the more the older. */
  readonly apparentAgeYears: number;
  /** 0 (reads as a man) to 1 (reads as a woman). */
  readonly apparentWoman: number;
}

/**
 * [Note: when a face is taken for a minor]
 *
 * Known: the author's mean errors on held-out photographs, by age (see `cards.ts`): 3.06 years from 4 to 8, 4.82 from 9 to 18, 4.99
 * from 19 to 28. Measured here, on adults only: on data/people (29 to 59 years) the net reads 21 to 38 on average for each
 * person, and one person's photos scatter by 2.5 to 6 years. Read as a bell curve without bias, the author's errors mean that a limit
 * of 18 on one photo stops nearly every child of 8, 84 % at 12, 75 % at 14 and 57 % at 17: a single photo cannot do it. A person's
 * photos together can do better, for the scatter of one photo averages out (the net's opinion of the person does not): at 20.5 it is 92 % at
 * 12, 86 % at 14 and 72 % at 17. The price by the same reckoning: 26 % of the photos of people of 22 and 13 % at 25 read as a minor's,
 * and 40 % and 24 % of such people at 20.5. They are adults whom we turn away, which is why the sentence they read is kind.
 *
 * Not known, and not measured: how the two limits do on pictures of children. None are kept here and none were looked for. They are a
 * second lock behind the consent page, on which the person says that everyone shown is an adult; they replace no proof of age.
 * FaceRes' age is not used: it reads every render as 28 to 34 (correlation with the age set in the render 0.13), and it steers nothing.
 */
export const minorLimits = {
  /** One photo. Of the 144 good photos of data/people 0.7 % read lower; 19 would stop 4.9 %. */
  photoYears: 18,
  /** The median over photos of one person: 0.7 % of 6,000 draws of ten good photos of the adults of data/people lie lower; at 21 it is 2.4 %. */
  personYears: 20.5,
  /**
   * Fewer photos are judged one by one: their median scatters too far. Of 2,000 draws of the youngest-looking of the six (29 years) 25 % of three
   * photos lie under 20.5, 17 % of five, 4.4 % of eight and 3.2 % of ten.
   */
  fewestPhotos: 8,
} as const;

/** One photo, by the youngest of its faces. See [Note: when a face is taken for a minor]. */
export function readsAsMinor(apparentAgeYears: number): boolean {
  return apparentAgeYears < minorLimits.photoYears;
}

/** All photos of one person together: one reading each. False for fewer than `minorLimits.fewestPhotos`. */
export function personReadsAsMinor(apparentAgesYears: readonly number[]): boolean {
  if (apparentAgesYears.length < minorLimits.fewestPhotos) return false;
  const sorted = [...apparentAgesYears].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2 < minorLimits.personYears;
}

/**
 * The square for the age net: what face-api cuts from its landmarks (`FaceLandmarks.alignDlib`), with the eyes level. Its side is the
 * distance of eyes and mouth over 0.45. Wider squares read renders younger: by 2 years at 1.2 times the side, by 5 at 1.4.
 */
export function ageView(face: DetectedFace, size: PixelSize): SquareView {
  const pixel = ({ x, y }: SharePoint): readonly [number, number] => [x * size.widthPx, y * size.heightPx];
  const [right, left, mouth] = [pixel(face.keypoints.rightEye), pixel(face.keypoints.leftEye), pixel(face.keypoints.mouth)];
  const toMouth = (eye: readonly [number, number]): number => Math.hypot(mouth[0] - eye[0], mouth[1] - eye[1]);
  const sidePx = (toMouth(right) + toMouth(left)) / 2 / 0.45;
  const angle = rollAngle(face, size);
  const lower = 0.07 * sidePx; // eyes and mouth lie at 0.43 of its height
  return {
    centreX: (right[0] + left[0] + mouth[0]) / 3 - Math.sin(angle) * lower,
    centreY: (right[1] + left[1] + mouth[1]) / 3 + Math.cos(angle) * lower,
    sidePx,
    angle,
  };
}

/** The age net on a runner. */
export class AgeEstimator {
  readonly #net: VisionNet;

  private constructor(net: VisionNet) {
    this.#net = net;
  }

  /**
   * @param runner  not owned: the caller disposes it after the estimator
   * @param weights of `age.safetensors`, as they are in the file
   * @throws {AppError} `weights-missing` if a tensor is absent
   */
  static async create(runner: GraphRunner, weights: ReadonlyMap<string, Tensor>): Promise<AgeEstimator> {
    return new AgeEstimator(await VisionNet.load(runner, buildAgeNet(), weights));
  }

  /** Reads one face of the picture it was found in. */
  async estimate(picture: RgbPicture, face: DetectedFace): Promise<AgeReading> {
    const { age, sex } = await this.#net.run({ face: meanLessInput(picture, ageView(face, picture), ageInputSize) });
    return { apparentAgeYears: Number(age!.data[0]), apparentWoman: Number(sex!.data[1]) };
  }

  /** Frees the net and its weights. */
  dispose(): Promise<void> {
    return this.#net.dispose();
  }
}
