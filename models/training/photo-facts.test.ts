import { expect, test } from 'vitest';
import type { RgbPicture } from '../pipelines/pixels.ts';
import type { FaceMeasures, PhotoMeasures } from '../vision/photo-measures.ts';
import { photoFacts, typicalLightness, type MeasuredPhoto } from './photo-facts.ts';

type Rgb = readonly [number, number, number];
const faceBox = [0.35, 0.2, 0.65, 0.6] as const;

/** 100 x 100: a wall, a face in its box, clothes from the chin down. */
function portrait(wall: Rgb, face: Rgb, clothes: Rgb): RgbPicture {
  const rgb = new Uint8Array(100 * 100 * 3);
  for (let y = 0; y < 100; y++) {
    for (let x = 0; x < 100; x++) rgb.set(y >= 70 && x >= 20 && x < 80 ? clothes : y >= 20 && y < 60 && x >= 35 && x < 65 ? face : wall, (y * 100 + x) * 3);
  }
  return { widthPx: 100, heightPx: 100, rgb };
}
const skin: Rgb = [200, 160, 140];
const photo = (wall: Rgb, clothes: Rgb, face = skin, measures: PhotoMeasures | null = null): MeasuredPhoto => ({
  picture: portrait(wall, face, clothes),
  faceBox,
  measures,
});

test('clothes and backdrop are named by their colours, and clothes only where the crop shows them', () => {
  const wide = photo([235, 235, 235], [30, 45, 85]);
  const facts = photoFacts(wide, wide.picture, true, null);
  expect(facts).toMatchObject({ clothes: 'dark blue', backdrop: { colour: 'white', isPlain: true } });
  expect(photoFacts(wide, wide.picture, false, null).clothes).toBeNull();
});

test('a dark skin is no dark light: light is read against the other photos of the person', () => {
  const dark: Rgb = [90, 60, 45];
  const set = [photo([100, 100, 100], [0, 0, 0], dark), photo([90, 90, 90], [0, 0, 0], dark), photo([90, 90, 90], [0, 0, 0], [45, 28, 20])];
  const typical = typicalLightness(set);
  expect(set.map((each) => photoFacts(each, each.picture, true, typical).light)).toEqual([null, null, 'dark']);
});

const measured = (face: Partial<FaceMeasures>, box: FaceMeasures['box'] = faceBox): FaceMeasures => ({
  ...({
    box,
    pose: { yaw: 0, pitch: 0, roll: 0 },
    mouth: { opening: 0, smile: 0 },
    covered: { eyes: 0, lowerFace: 0 },
    glasses: 0,
    light: { sideDifference: 0 },
  } as unknown as FaceMeasures),
  ...face,
});

test('expression, glasses and turn are those of the face that is learned, not of a bystander', () => {
  const mine = measured({ mouth: { opening: 0.1, smile: 0.2 }, glasses: 0.9, pose: { yaw: -30, pitch: 0, roll: 0 } });
  const other = measured({}, [0.8, 0.2, 0.9, 0.3]);
  const measures = { faces: [other, mine], backdrop: null } as unknown as PhotoMeasures;
  const facing = photo([90, 90, 90], [0, 0, 0], skin, measures);
  expect(photoFacts(facing, facing.picture, true, null)).toMatchObject({ expression: 'smiling', eyewear: 'glasses', turnedTo: 'left', shade: 'soft' });
  const unmeasured = photo([90, 90, 90], [0, 0, 0]);
  expect(photoFacts(unmeasured, unmeasured.picture, true, null)).toMatchObject({ expression: null, eyewear: null, turnedTo: null, shade: null });
});
