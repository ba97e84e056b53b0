/**
 * @file How good and how fast the photo nets are, as Markdown. Fills the tables of `models/vision/README.md`.
 *
 *   npm run evaluate:nets -- --people DIR [--portraits DIR]... [--most 400]
 *   npm run evaluate:nets -- --people DIR --speed 25
 *
 * `--people` holds a folder of photos with `labels.json` for each person, `--portraits` pictures of clothed people; `--speed` times so many
 * of them at 1,024 px instead.
 */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { RgbPicture } from '#models/pipelines/pixels.ts';
import { timesPerPhoto, timingRunner } from '#models/testing/timing-runner.ts';
import { resizePicture } from '#models/vision/image.ts';
import { NudityClassifier, nudityOf, type NudityBelief } from '#models/vision/nudity.ts';
import type { PhotoAnalyzer } from '#models/vision/photo-analyzer.ts';
import { parseOptions } from './arguments.ts';
import { openPhotoAnalyzer, readFaceWeights } from './face-models.ts';
import { listImageFiles, readImage } from './image-files.ts';
import { createNodeRunner } from './ort-node-runner.ts';
import { mean } from './score.ts';

const { options } = parseOptions(
  'evaluate:nets',
  {
    people: { kind: 'text', value: 'DIR', help: 'one folder of photos and labels for each person', required: true },
    portraits: { kind: 'list', value: 'DIR', help: 'pictures of clothed people' },
    most: { kind: 'number', value: 'N', help: 'pictures taken of each portrait folder, evenly spread' },
    speed: { kind: 'number', value: 'N', help: 'only time N photos, enlarged to 1,024 px' },
  },
  process.argv.slice(2),
);

interface Label {
  readonly file: string;
  readonly yaw: number;
  readonly pitch: number;
  readonly roll: number;
  readonly face_box: readonly [number, number, number, number];
}

const persons = (await readdir(options.people, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map(({ name }) => join(options.people, name));
const runner = createNodeRunner();

async function evenly(folder: string, most: number): Promise<string[]> {
  const files = await listImageFiles(folder);
  return files.filter((_, index) => Math.floor((index * most) / files.length) !== Math.floor(((index - 1) * most) / files.length) || files.length <= most);
}

const percent = (count: number, of: number): string => `${((100 * count) / of).toFixed(1)} %`;

/** Errors against the labels: pose in degrees, the edges of the face in shares of its height. */
async function poseTable(analyzer: PhotoAnalyzer): Promise<string[]> {
  const errors: Record<string, number[]> = { yaw: [], pitch: [], roll: [], 'top of the face': [], 'bottom of the face': [] };
  for (const person of persons) {
    for (const label of JSON.parse(await readFile(join(person, 'labels.json'), 'utf8')) as Label[]) {
      const [face] = (await analyzer.measure(await readImage(join(person, label.file)))).faces;
      if (face === undefined) continue;
      for (const axis of ['yaw', 'pitch', 'roll'] as const) errors[axis]!.push(face.pose[axis] - label[axis]);
      const height = label.face_box[3] - label.face_box[1];
      errors['top of the face']!.push((100 * (face.box[1] - label.face_box[1])) / height);
      errors['bottom of the face']!.push((100 * (face.box[3] - label.face_box[3])) / height);
    }
  }
  const rows = Object.entries(errors).map(([name, values]) => {
    const sizes = values.map(Math.abs).sort((a, b) => a - b);
    const unit = name.includes('face') ? ' %' : '°';
    return `| ${name} | ${values.length} | ${mean(values).toFixed(1)}${unit} | ${mean(sizes).toFixed(1)}${unit} | ${sizes[Math.floor(sizes.length * 0.9)]!.toFixed(1)}${unit} | ${sizes.at(-1)!.toFixed(1)}${unit} |`;
  });
  return ['| measure | photos | error on average | size of the error | 9 in 10 are under | worst |', '|---|---|---|---|---|---|', ...rows];
}

/** How often clothed people are taken for nude. */
async function nudityTable(): Promise<string[]> {
  const classifier = await NudityClassifier.create(runner, await readFaceWeights('nudity'));
  const rows: string[] = [];
  const most = options.most ?? 400;
  const sets = new Map<string, string[]>([[basename(options.people), (await Promise.all(persons.map((person) => listImageFiles(person)))).flat()]]);
  for (const folder of options.portraits) sets.set(basename(folder), await evenly(folder, most));
  for (const [name, files] of sets) {
    const beliefs: NudityBelief[] = [];
    for (const file of files) beliefs.push(await classifier.classify(await readImage(file)));
    const over = (limit: number): string => percent(beliefs.filter((belief) => nudityOf(belief) > limit).length, beliefs.length);
    const sexy = percent(beliefs.filter((belief) => belief.sexy > 0.5).length, beliefs.length);
    rows.push(`| ${name} | ${beliefs.length} | ${over(0.3)} | ${over(0.5)} | ${over(0.7)} | ${Math.max(...beliefs.map(nudityOf)).toFixed(2)} | ${sexy} |`);
  }
  await classifier.dispose();
  return [
    '| pictures of clothed people | count | over 0.3 | over 0.5 | over 0.7 | highest | bare skin ("sexy") over 0.5 |',
    '|---|---|---|---|---|---|---|',
    ...rows,
  ];
}

/** The whole measurement of photos enlarged to 1,024 px. */
async function speed(count: number): Promise<string> {
  const watched = timingRunner(runner);
  const { analyzer, dispose } = await openPhotoAnalyzer(watched.runner);
  const files = (await Promise.all(persons.map((person) => listImageFiles(person)))).flat().slice(0, count);
  const photos: RgbPicture[] = [];
  for (const file of files) photos.push(resizePicture(await readImage(file), { widthPx: 1024, heightPx: 1024 }));
  await analyzer.measure(photos[0]!);
  watched.times.clear();
  const start = performance.now();
  const processor = process.cpuUsage();
  for (const photo of photos) await analyzer.measure(photo);
  const totalMs = performance.now() - start;
  const { user, system } = process.cpuUsage(processor);
  await dispose();
  return `${photos.length} photos of 1,024 px in ${(totalMs / 1000).toFixed(1)} s, ${((user + system) / 1e6).toFixed(1)} s of processor time; ms a photo: ${timesPerPhoto(watched.times, photos.length, totalMs)}`;
}

if (options.speed !== undefined) console.log(await speed(options.speed));
else {
  const { analyzer, dispose } = await openPhotoAnalyzer(runner);
  console.log([...(await poseTable(analyzer)), '', ...(await nudityTable())].join('\n'));
  await dispose();
}
await runner.dispose();
