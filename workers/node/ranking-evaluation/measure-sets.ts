/** @file Measures the people's photos and the pictures that were drawn of them, with the app's nets and with the ruler that steers nothing. Takes up where it was stopped. */
import { readFile, readdir, rename, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { FaceEmbedding } from '#models/vision/face-embedding.ts';
import type { PhotoMeasures } from '#models/vision/photo-measures.ts';
import { openFaceAnalyzer, openPhotoAnalyzer } from '../face-models.ts';
import { listImageFiles, readImage } from '../image-files.ts';
import { createNodeRunner } from '../ort-node-runner.ts';
import { measureImage } from '../score.ts';

/** One file, measured in both ways. */
export interface MeasuredFile {
  /** For pictures their look and seed. */
  readonly file: string;
  /** What the app measures, and ranks by. */
  readonly measures: PhotoMeasures;
  /** FaceRes' embedding of the surest face: only reported with. Null where no face was found. */
  readonly ruler: FaceEmbedding | null;
}

/** One person, with the pictures that were drawn of them: a set for each way of learning and drawing. */
export interface MeasuredPerson {
  readonly name: string;
  /** 0 is light, 1 dark. */
  readonly skinTone: number;
  /** By file name: the first are learned from, the others held out. */
  readonly photos: readonly MeasuredFile[];
  readonly sets: Readonly<Record<string, readonly MeasuredFile[]>>;
}

/** Written after every folder, so that a stopped run goes on with the next. */
type Kept = Record<string, readonly MeasuredFile[]>;

/**
 * @param peopleFolder  one folder of photos and a person.json for each person
 * @param pictureFolders laid out as `evaluate:recipe` and `evaluate:people` leave them: `<person>/[<way of drawing>/]<look>/<seed>.png`
 * @param keptFile      measures that are there already, and where they are kept
 */
export async function measureSets(
  peopleFolder: string,
  pictureFolders: readonly string[],
  keptFile: string,
  print: (text: string) => void,
): Promise<MeasuredPerson[]> {
  const kept: Kept = existsSync(keptFile) ? readKept(await readFile(keptFile, 'utf8')) : {};
  const runner = createNodeRunner();
  const { analyzer } = await openPhotoAnalyzer(runner);
  const { analyzer: ruler } = await openFaceAnalyzer(runner);
  const measureOnce = async (key: string, files: readonly string[], nameOf: (file: string) => string): Promise<readonly MeasuredFile[]> => {
    const known = kept[key];
    if (known !== undefined && known.length === files.length) return known;
    print(`measuring ${key}: ${files.length} files`);
    const measured: MeasuredFile[] = [];
    for (const file of files) {
      const picture = await readImage(file);
      measured.push({ file: nameOf(file), measures: await analyzer.measure(picture), ruler: (await measureImage(ruler, file, picture)).embedding });
    }
    kept[key] = measured;
    await writeFile(
      `${keptFile}.part`,
      JSON.stringify(kept, (_, value: unknown) => (value instanceof Float32Array ? { floats: [...value] } : value)),
    );
    await rename(`${keptFile}.part`, keptFile);
    return measured;
  };

  const people: MeasuredPerson[] = [];
  for (const name of await foldersOf(peopleFolder)) {
    const folder = join(peopleFolder, name);
    const facts = JSON.parse(await readFile(join(folder, 'person.json'), 'utf8')) as { skin_tone_0_light_1_dark: number };
    const photos = await measureOnce(`photos ${name}`, await listImageFiles(folder), (file) => basename(file));
    const sets: Record<string, readonly MeasuredFile[]> = {};
    for (const pictureFolder of pictureFolders) {
      for (const way of await waysOf(join(pictureFolder, name))) {
        const files: string[] = [];
        for (const look of await foldersOf(way)) files.push(...(await listImageFiles(join(way, look))));
        const key = `${basename(pictureFolder)} ${basename(way)}`;
        sets[key] = await measureOnce(`${key} ${name}`, files, (file) => file.split('/').slice(-2).join('/'));
      }
    }
    people.push({ name, skinTone: facts.skin_tone_0_light_1_dark, photos, sets });
  }
  await runner.dispose();
  return people;
}

/** Folders with looks in them, which hold pictures. */
async function waysOf(folder: string): Promise<string[]> {
  if (!existsSync(folder)) return [];
  return (await foldersOf(folder)).map((name) => join(folder, name));
}

async function foldersOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory() && entry.name !== 'bad')
    .map(({ name }) => name)
    .sort();
}

function readKept(text: string): Kept {
  const isFloats = (value: unknown): value is { floats: number[] } => typeof value === 'object' && value !== null && 'floats' in value;
  return JSON.parse(text, (_, value: unknown) => (isFloats(value) ? Float32Array.from(value.floats) : value)) as Kept;
}
