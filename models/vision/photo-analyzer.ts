/** @file Everything that is measured on a photo, by all nets that are loaded. Start here. */
import type { RgbPicture } from '../pipelines/pixels.ts';
import type { GraphRunner } from '../runtime/graph-runner.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { AgeEstimator } from './age.ts';
import { eyeOpening, mouthShape } from './expression.ts';
import { FaceAnalyzer } from './face-analyzer.ts';
import type { DetectedFace } from './face-detector.ts';
import { FaceEmbedder } from './face-identity.ts';
import { landmarksFromMesh, meshInput, meshView, type FaceLandmarks } from './face-landmarks.ts';
import { buildFaceMesh } from './face-mesh.ts';
import { faceShape } from './face-shape.ts';
import { headPose, headTurn, poseFromKeypoints } from './head-pose.ts';
import type { SquareView } from './image.ts';
import { colourMeasures } from './measures/colour.ts';
import { coveredParts } from './measures/covered.ts';
import { eyesShown } from './measures/eyes-shown.ts';
import { fingerprint } from './measures/fingerprint.ts';
import { glassesSureness } from './measures/glasses.ts';
import { lightMeasures } from './measures/light.ts';
import { noiseLevel } from './measures/noise.ts';
import { lumaPlane, type Plane } from './measures/plane.ts';
import { sharpness } from './measures/sharpness.ts';
import { skinColour } from './measures/skin-colour.ts';
import { smoothingSureness } from './measures/smoothing.ts';
import { isSurer, mayBeUpsideDown } from './measures/upside-down.ts';
import { NudityClassifier, nudityOf } from './nudity.ts';
import { backdropBehind, PersonMasker, personShare } from './person-mask.ts';
import type { FaceMeasures, PhotoMeasures } from './photo-measures.ts';
import { faceWithForehead } from './training-crop.ts';
import { VisionNet, type PhotoNetName } from './vision-net.ts';

/** What the weight files hold, by net. Without detector and mesh nothing can be measured; every other net that is absent leaves its measure null. */
export type PhotoWeights = Readonly<Record<'blazeface' | 'face-mesh', ReadonlyMap<string, Tensor>>> &
  Readonly<Partial<Record<PhotoNetName, ReadonlyMap<string, Tensor>>>>;

/** What of a face the camera's guidance needs: no embedding, no age. */
export type LiveFace = Pick<FaceMeasures, 'box' | 'score' | 'pose' | 'eyeOpening' | 'mouth' | 'sharpness' | 'light'>;

/** Below this presence the mesh lies on no face that it knows, as in profile or behind a hand: its pose says nothing. */
const surelyFace = 0.5;

/** Of a crowd only the surest are measured: each takes about 80 ms, and a photo of several people is refused anyway. */
const mostFaces = 6;

/** The nets; those that were not loaded are absent. */
interface Nets {
  readonly faces: FaceAnalyzer;
  readonly mesh: VisionNet;
  readonly masker: PersonMasker | undefined;
  readonly nudity: NudityClassifier | undefined;
  /** Not FaceRes: that one stays the ruler that nothing is steered by. */
  readonly embedder: FaceEmbedder | undefined;
  readonly ages: AgeEstimator | undefined;
}

export class PhotoAnalyzer {
  readonly #nets: Nets;

  private constructor(nets: Nets) {
    this.#nets = nets;
  }

  /**
   * Uploads the weights and prepares the nets.
   *
   * @param runner not owned: the caller disposes it after the analyzer
   * @throws {AppError} `weights-missing` if a tensor of a net is absent
   */
  static async create(runner: GraphRunner, weights: PhotoWeights): Promise<PhotoAnalyzer> {
    const load = async <Loaded>(
      net: PhotoNetName,
      create: (runner: GraphRunner, tensors: ReadonlyMap<string, Tensor>) => Promise<Loaded>,
    ): Promise<Loaded | undefined> => {
      const tensors = weights[net];
      return tensors === undefined ? undefined : create(runner, tensors);
    };
    return new PhotoAnalyzer({
      faces: await FaceAnalyzer.create(runner, { blazeface: weights.blazeface }),
      mesh: await VisionNet.load(runner, buildFaceMesh(), weights['face-mesh']),
      masker: await load('person-mask', PersonMasker.create),
      nudity: await load('nudity', NudityClassifier.create),
      embedder: await load('dlib-face', FaceEmbedder.create),
      ages: await load('age', AgeEstimator.create),
    });
  }

  /** Faces only, surest first; also of a picture that stands on its head. */
  detect(picture: RgbPicture): Promise<DetectedFace[]> {
    return this.#nets.faces.detectEitherWayUp(picture);
  }

  /** Measures a picture of any size: all faces, then the picture. */
  async measure(picture: RgbPicture): Promise<PhotoMeasures> {
    const { masker, nudity } = this.#nets;
    const luma = lumaPlane(picture);
    const faces: FaceMeasures[] = [];
    for (const face of (await this.detect(picture)).slice(0, mostFaces)) faces.push(await this.#describe(picture, luma, face));
    const mask = await masker?.mask(picture);
    return {
      widthPx: picture.widthPx,
      heightPx: picture.heightPx,
      faces,
      light: lightMeasures(picture),
      ...colourMeasures(picture),
      noise: noiseLevel(luma),
      fingerprint: fingerprint(picture),
      nudity: nudity === undefined ? null : nudityOf(await nudity.classify(picture)),
      personShare: mask === undefined ? null : personShare(mask),
      backdrop: mask === undefined ? null : backdropBehind(mask),
    };
  }

  /** Measures one face for the camera's guidance: the mesh and what is cheap. */
  async measureFace(picture: RgbPicture, face: DetectedFace): Promise<LiveFace> {
    return this.#measureFace(picture, lumaPlane(picture), face, await this.#landmarks(picture, face));
  }

  /** Frees all nets and their weights. */
  async dispose(): Promise<void> {
    for (const net of Object.values(this.#nets) as Nets[keyof Nets][]) await net?.dispose();
  }

  async #landmarks(picture: RgbPicture, face: DetectedFace): Promise<FaceLandmarks> {
    const view = meshView(face, picture);
    const upright = await this.#landmarksIn(picture, view);
    if (!mayBeUpsideDown(face, upright)) return upright;
    const turned = await this.#landmarksIn(picture, { ...view, angle: view.angle + Math.PI });
    return isSurer(turned, upright) ? turned : upright;
  }

  async #landmarksIn(picture: RgbPicture, view: SquareView): Promise<FaceLandmarks> {
    const { points, presence } = await this.#nets.mesh.run({ face: meshInput(picture, view) });
    return landmarksFromMesh(points!, presence!, view);
  }

  #measureFace(picture: RgbPicture, luma: Plane, face: DetectedFace, landmarks: FaceLandmarks): LiveFace {
    const turn = headTurn(landmarks);
    const pose = landmarks.presence < surelyFace ? poseFromKeypoints(face, picture) : headPose(turn);
    return {
      box: faceWithForehead(face.box, pose.roll),
      score: face.score,
      pose,
      eyeOpening: eyeOpening(landmarks),
      mouth: mouthShape(landmarks, turn),
      sharpness: sharpness(luma, face.box),
      light: lightMeasures(picture, face.box),
    };
  }

  async #describe(picture: RgbPicture, luma: Plane, face: DetectedFace): Promise<FaceMeasures> {
    const landmarks = await this.#landmarks(picture, face);
    const skin = skinColour(picture, landmarks);
    const reading = await this.#nets.ages?.estimate(picture, face);
    return {
      ...this.#measureFace(picture, luma, face, landmarks),
      skin,
      covered: coveredParts(picture, landmarks, skin),
      eyesShown: eyesShown(luma, landmarks),
      glasses: glassesSureness(luma, landmarks),
      smoothing: smoothingSureness(luma, landmarks),
      embedding: (await this.#nets.embedder?.embed(picture, face)) ?? null,
      apparentAgeYears: reading?.apparentAgeYears ?? null,
      apparentWoman: reading?.apparentWoman ?? null,
      shape: faceShape(landmarks, headTurn(landmarks)),
    };
  }
}
