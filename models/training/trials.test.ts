import fc from 'fast-check';
import { expect, test } from 'vitest';
import { studioBackdrops } from '../vision/backdrop.ts';
import { bestTrial, isBetter, likenessOf, measureTrialPicture, obedienceOf, reasonToStop, splitPhotos, trialPoints, type Trial } from './trials.ts';

/** A trial of eight pictures: all as alike as given, the first `obeyed` with the right backdrop. */
const trial = (samplesSeen: number, likeness: number, obeyed = 8): Trial => ({
  samplesSeen,
  pictures: Array.from({ length: 8 }, (_, i) => ({ likeness: likeness + 0.001 * (i % 2), isObeyed: i < obeyed })),
});

test('a picture is as alike as its face is to the photos kept, and obeys if its backdrop is nearest to the one asked for', () => {
  const look = { prompt: '', negativePrompt: '', guidance: 4, backdrop: 'white' as const };
  const kept = [Float32Array.of(1, 0), Float32Array.of(0, 1)];
  expect(measureTrialPicture(Float32Array.of(1, 0), studioBackdrops.white, look, kept)).toEqual({
    likeness: expect.closeTo(Math.SQRT1_2) as number,
    isObeyed: true,
  });
  expect(measureTrialPicture(null, studioBackdrops['light grey'], look, kept)).toEqual({ likeness: null, isObeyed: false });
  expect(measureTrialPicture(null, [80, 0, 0], { ...look, backdrop: null }, kept).isObeyed).toBeNull();
});

test('a picture without a face counts as a stranger, and looks that ask for no colour do not count in obedience', () => {
  const pictures = [
    { likeness: 0.97, isObeyed: null },
    { likeness: null, isObeyed: true },
  ];
  expect([likenessOf({ samplesSeen: 1, pictures }), obedienceOf({ samplesSeen: 1, pictures })]).toEqual([expect.closeTo(0.93), 1]);
});

test('the last snapshot is the best, unless one before was surely more alike or the words are no longer obeyed', () => {
  expect(bestTrial([trial(600, 0.5), trial(800, 0.6, 7), trial(1000, 0.7, 4)])?.samplesSeen).toBe(800);
  expect(bestTrial([trial(600, 0.5), trial(800, 0.6), trial(1000, 0.55)])?.samplesSeen).toBe(800);
  const noisy: Trial = { samplesSeen: 1000, pictures: trial(0, 0.6).pictures.map((picture, i) => ({ ...picture, likeness: i % 2 === 0 ? 0.5 : 0.69 })) };
  expect(likenessOf(noisy)).toBeLessThan(0.6);
  expect(isBetter(noisy, trial(800, 0.6))).toBe(true); // within the noise: the later one
  expect(bestTrial([])).toBeNull();
});

test('learning stops when the last trials bring nothing, and not before', () => {
  const rising = [trial(600, 0.5), trial(800, 0.55), trial(1000, 0.6)];
  expect(reasonToStop(rising, { patience: 2 })).toBeNull();
  expect(reasonToStop([...rising, trial(1200, 0.6), trial(1400, 0.59)], { patience: 2 })).toBe('likeness-rises-no-more');
  expect(reasonToStop([...rising, trial(1200, 0.6)], { patience: 2 })).toBeNull();
  expect(reasonToStop([], { patience: 2 })).toBeNull();
});

test('a rise within the noise of the pictures is no rise', () => {
  const noisy: Trial = { samplesSeen: 800, pictures: Array.from({ length: 8 }, (_, i) => ({ likeness: i % 2 === 0 ? 0.9 : 0.12, isObeyed: true })) };
  expect(likenessOf(noisy)).toBeGreaterThan(0.505);
  expect(reasonToStop([trial(600, 0.5), noisy], { patience: 1 })).toBe('likeness-rises-no-more');
});

test('learning stops when the words are no longer obeyed', () => {
  expect(reasonToStop([trial(600, 0.5), trial(800, 0.6, 5)], { patience: 2 })).toBe('words-not-obeyed');
  expect(reasonToStop([trial(600, 0.5), trial(800, 0.6, 6)], { patience: 2 })).toBeNull();
});

test('photos kept are never learned, lie apart, and leave five to learn from for each', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 30 }), fc.integer({ min: 1, max: 4 }), (faces, wanted) => {
      const photos = faces.map((hasFace, index) => ({ faceBox: hasFace ? index : null }));
      const { learned, kept } = splitPhotos(photos, { heldOutPhotos: wanted });
      expect(learned.length + kept.length).toBe(photos.length);
      expect(kept.filter((photo) => learned.includes(photo) || photo.faceBox === null)).toEqual([]);
      const withFace = photos.filter(({ faceBox }) => faceBox !== null).length;
      expect(kept.length).toBe(Math.min(wanted, Math.floor(withFace / 6)));
    }),
  );
});

test('trials lie evenly between the first and the end', () => {
  expect(trialPoints({ fromShare: 0.5, count: 3 }, 1200)).toEqual([600, 900, 1200]);
  expect(trialPoints({ fromShare: 0.5, count: 1 }, 1200)).toEqual([1200]);
});
