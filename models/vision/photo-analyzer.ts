/** @file Everything that is measured on a photo, by all nets that are loaded. Start here. */
import type { RgbPicture } from '../pipelines/pixels.ts';
import type { GraphRunner } from '../runtime/graph-runner.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { eyeOpening, mouthShape } from './expression.ts';
import { FaceAnalyzer } from './face-analyzer.ts';
import type { DetectedFace } from './face-detector.ts';
import { landmarksFromMesh, meshInput, meshView, type FaceLandmarks } from './face-landmarks.ts';
import { buildFaceMesh } from './face-mesh.ts';
import { headPose, headTurn } from './head-pose.ts';
import { pictureFingerprint } from './measures/fingerprint.ts';
import type { FaceMeasures, PhotoMeasures } from './photo-measures.ts';
import { colourMeasures, lightMeasures, noiseLevel, sharpness, skinColour } from './plain-measures.ts';
import { faceWithForehead } from './training-crop.ts';
import { VisionNet, type VisionNetName } from './vision-net.ts';

/** What the weight files hold, by net. Without detector and mesh nothing can be measured; every other net that is absent leaves its measure null. */
export type PhotoWeights = Readonly<Record<'blazeface' | 'face-mesh', ReadonlyMap<string, Tensor>>> &
  Readonly<Partial<Record<VisionNetName, ReadonlyMap<string, Tensor>>>>;

/** What of a face the camera's guidance needs: no embedding, no age. */
export type LiveFace = Pick<FaceMeasures, 'box' | 'score' | 'pose' | 'eyeOpening' | 'mouth' | 'sharpness' | 'light'>;

export class PhotoAnalyzer {
  readonly #faces: FaceAnalyzer;
  readonly #mesh: VisionNet;

  private constructor(faces: FaceAnalyzer, mesh: VisionNet) {
    this.#faces = faces;
    this.#mesh = mesh;
  }

  /**
   * Uploads the weights and prepares the nets.
   *
   * @param runner not owned: the caller disposes it after the analyzer
   * @throws {AppError} `weights-missing` if a tensor of a net is absent
   */
  static async create(runner: GraphRunner, weights: PhotoWeights): Promise<PhotoAnalyzer> {
    const faces = await FaceAnalyzer.create(runner, weights);
    return new PhotoAnalyzer(faces, await VisionNet.load(runner, buildFaceMesh(), weights['face-mesh']));
  }

  /** Faces only, surest first. */
  detect(picture: RgbPicture): Promise<DetectedFace[]> {
    return this.#faces.detect(picture);
  }

  /** Measures an upright picture of any size: all faces, then the picture. */
  async measure(picture: RgbPicture): Promise<PhotoMeasures> {
    const faces: FaceMeasures[] = [];
    for (const face of await this.detect(picture)) faces.push(await this.#describe(picture, face));
    return {
      widthPx: picture.widthPx,
      heightPx: picture.heightPx,
      faces,
      light: lightMeasures(picture),
      ...colourMeasures(picture),
      noise: noiseLevel(picture),
      fingerprint: pictureFingerprint(picture),
      nudity: null,
      personShare: null,
      backdrop: null,
    };
  }

  /** Measures one face for the camera's guidance: the mesh and what is cheap. About 10 ms. */
  async measureFace(picture: RgbPicture, face: DetectedFace): Promise<LiveFace> {
    return this.#measureFace(picture, face, await this.#landmarks(picture, face));
  }

  /** Frees all nets and their weights. */
  async dispose(): Promise<void> {
    await this.#faces.dispose();
    await this.#mesh.dispose();
  }

  async #landmarks(picture: RgbPicture, face: DetectedFace): Promise<FaceLandmarks> {
    const view = meshView(face, picture);
    const { points, presence } = await this.#mesh.run({ face: meshInput(picture, view) });
    return landmarksFromMesh(points!, presence!, view);
  }

  #measureFace(picture: RgbPicture, face: DetectedFace, landmarks: FaceLandmarks): LiveFace {
    const turn = headTurn(landmarks);
    return {
      box: faceWithForehead(face.box),
      score: face.score,
      pose: headPose(turn),
      eyeOpening: eyeOpening(landmarks),
      mouth: mouthShape(landmarks, turn),
      sharpness: sharpness(picture, face.box),
      light: lightMeasures(picture, face.box),
    };
  }

  async #describe(picture: RgbPicture, face: DetectedFace): Promise<FaceMeasures> {
    const landmarks = await this.#landmarks(picture, face);
    return {
      ...this.#measureFace(picture, face, landmarks),
      skin: skinColour(picture, landmarks),
      covered: { eyes: 0, lowerFace: 0 },
      glasses: 0,
      smoothing: 0,
      embedding: null,
      apparentAgeYears: null,
      apparentWoman: null,
    };
  }
}
