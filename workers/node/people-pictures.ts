/** @file The people of the test set as the experiments meet them: read once, drawn in the four looks, measured. Takes up where it was stopped. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '#models/errors/app-error.ts';
import type { LoadedModel } from '#models/pipelines/loaded-model.ts';
import { defaultSubject, findStylePack, stylePrompts } from '#models/styles/index.ts';
import { personClasses, type PersonClass } from '#models/text/prompt.ts';
import { backdropColour } from '#models/vision/backdrop.ts';
import type { FaceAnalyzer } from '#models/vision/face-analyzer.ts';
import { drawPictures, type GenerateRequest } from './generate.ts';
import { listImageFiles, readImage } from './image-files.ts';
import { experimentStyles, firstSeed, trainingPhotos, type ExperimentPerson, type ExperimentPicture } from './people-experiment.ts';
import { embeddingsOf, measureFolder, measureImage } from './score.ts';

/** Every person of a folder, each in a folder of its own. @throws {AppError} `photos-too-few` */
export async function readPeople(analyzer: FaceAnalyzer, peopleFolder: string): Promise<ExperimentPerson[]> {
  const entries = await readdir(peopleFolder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const people: ExperimentPerson[] = [];
  for (const name of names.sort()) people.push(await readPerson(analyzer, peopleFolder, name));
  return people;
}

async function readPerson(analyzer: FaceAnalyzer, peopleFolder: string, name: string): Promise<ExperimentPerson> {
  const folder = join(peopleFolder, name);
  const facts = JSON.parse(await readFile(join(folder, 'person.json'), 'utf8')) as { class?: string };
  const personClass = personClasses.find((known) => known === facts.class) ?? ('person' satisfies PersonClass);
  const files = await listImageFiles(folder);
  if (files.length <= trainingPhotos)
    throw new AppError('photos-too-few', { message: `${folder} has ${files.length} photos, more than ${trainingPhotos} are needed` });
  const { images } = await measureFolder(analyzer, files);
  return {
    name,
    personClass,
    trainingFiles: files.slice(0, trainingPhotos),
    trained: embeddingsOf(images.slice(0, trainingPhotos)),
    heldOut: embeddingsOf(images.slice(trainingPhotos)),
  };
}

/** How the pictures of an experiment are drawn. */
export interface ExperimentDrawing extends Pick<GenerateRequest, 'model' | 'loras' | 'steps'> {
  readonly picturesPerStyle: number;
  /** The style's own, where none is given. */
  readonly guidance?: number | undefined;
}

/** Draws what is not in the folder yet, then measures all of it. */
export async function drawAndMeasure(
  loaded: LoadedModel,
  analyzer: FaceAnalyzer,
  personClass: PersonClass,
  { picturesPerStyle, guidance, ...drawing }: ExperimentDrawing,
  folder: string,
): Promise<ExperimentPicture[]> {
  const pictures: ExperimentPicture[] = [];
  for (const { styleId, backdrop } of experimentStyles) {
    const pack = findStylePack(styleId);
    if (pack === undefined) throw new AppError('internal', { message: `no style ${styleId}` });
    const outDirectory = join(folder, styleId);
    const missing = Array.from({ length: picturesPerStyle }, (_, i) => firstSeed + i).filter((seed) => !existsSync(join(outDirectory, `${seed}.png`)));
    if (missing.length > 0) {
      const first = missing[0]!; // pictures are drawn in the order of their seeds, so the missing ones are the last
      await drawPictures(loaded, {
        ...drawing,
        ...stylePrompts(pack, personClass, defaultSubject(personClass)),
        count: firstSeed + picturesPerStyle - first,
        seed: first,
        outDirectory,
        scheduler: 'dpm-solver-multistep', // the app's
        guidance: guidance ?? pack.guidance,
      });
    }
    for (const file of (await listImageFiles(outDirectory)).slice(0, picturesPerStyle)) {
      const picture = await readImage(file);
      pictures.push({ ...(await measureImage(analyzer, file, picture)), backdrop, colour: backdropColour(picture) });
    }
  }
  return pictures;
}
