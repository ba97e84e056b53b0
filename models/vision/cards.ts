/** @file Where the face nets come from, and what one may do with them. Shown on the app's licence page, checked against the files by a test. */
import type { VisionNetName } from './vision-net.ts';

export interface VisionCard {
  readonly id: VisionNetName;
  readonly name: string;
  /** Beside this file. */
  readonly file: string;
  readonly sizeBytes: number;
  /** SHA-256 of the file, hex. */
  readonly digest: string;
  readonly authors: string;
  readonly source: string;
  readonly licence: string;
  readonly trainingData: string;
  /** What we do with it, and nothing else. */
  readonly use: string;
  readonly limits: string;
}

export const visionCards: readonly VisionCard[] = [
  {
    id: 'blazeface',
    name: 'BlazeFace (256 px)',
    file: 'weights/blazeface.safetensors',
    sizeBytes: 279056,
    digest: 'ffe8ce9aadffef2075b63570664f5db82967b732459fc59d075601b802afa72b',
    authors: 'Bazarevsky, Kartynnik, Vakunov, Raveendran, Grundmann (Google, MediaPipe), 2019',
    source: 'npm @vladmandic/human 3.3.6 (MIT), models/blazeface; converted by models/testing/reference/vision-convert.ts',
    licence: 'Apache-2.0, as MediaPipe publishes it',
    trainingData: 'Not published by its authors beyond "a geographically diverse data set" of phone camera pictures.',
    use: 'Finds faces in photos to frame them for training, and in pictures to count them.',
    limits: 'Upside-down and half-hidden faces still count as faces. Painted lights and the like can score up to 0.72, so a second face must reach 0.75.',
  },
  {
    id: 'faceres',
    name: 'FaceRes (HSE age_gender_tf2)',
    file: 'weights/faceres.safetensors',
    sizeBytes: 7063610,
    digest: 'abd6d1c8401ec738eb9ce60adbebbd87ce0d61e77204917691605eb785929283',
    authors: 'A. V. Savchenko (HSE University), 2019, PeerJ Computer Science 5:e197',
    source: 'npm @vladmandic/human 3.3.6 (MIT), models/faceres; converted by models/testing/reference/vision-convert.ts',
    licence: "Unclear: the npm package is MIT; the authors' repository (HSE_FaceRec_tf) states no licence in the versions we read.",
    trainingData:
      'VGGFace2 (identity) and IMDB-WIKI with others (age, sex): photographs of public figures gathered for research. Whether weights trained on them may be used commercially is not settled; ask a lawyer before relying on it.',
    use: 'A ruler: tells, on this device only, how alike two faces are. It steers no training and no picture, its numbers are sent nowhere, and training and drawing work without it.',
    limits:
      'Age is a poor guess here (rendered people of 29 to 59 are read as 22 to 37) and nothing may be decided by it or by sex. Measured on renders and generated portraits here, not on photographs of many people. Any embedder behind `FaceAnalyzer.embed` can replace it.',
  },
  {
    id: 'face-mesh',
    name: 'Face mesh (468 points)',
    file: 'weights/face-mesh.safetensors',
    sizeBytes: 1214594,
    digest: 'c33c9ceb0adac1de23dc71c15d3872cab86da798225e416f9b6e143cb1113d54',
    authors: 'Kartynnik, Ablavatski, Grishchenko, Grundmann (Google, MediaPipe), 2019, arXiv:1907.06724',
    source: 'npm @vladmandic/human 3.3.6 (MIT), models/facemesh; converted by models/testing/reference/vision-convert.ts',
    licence: 'Apache-2.0, as MediaPipe publishes it',
    trainingData: 'About 30,000 phone camera pictures in the wild, annotated by the authors, and renders; not published (the paper, section 3).',
    use: 'Head pose, opening of eyes and mouth, smile, and where skin is, to judge photos and to guide the camera.',
    limits:
      'On 144 labelled renders the pose is off by 2.0 degrees in yaw, 2.9 in pitch and 1.5 in roll on average (worst 7.9): enough to tell turned from straight, not to measure. Points behind a hand or a mask are guessed, not seen.',
  },
];
