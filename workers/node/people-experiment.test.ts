import { expect, test } from 'vitest';
import { findStylePack } from '#models/styles/index.ts';
import { ceiling, experimentStyles, formatResults, readResult, type ExperimentPerson, type ExperimentPicture } from './people-experiment.ts';

const person = (name: string, ...direction: number[]): ExperimentPerson => ({
  name,
  personClass: 'person',
  trainingFiles: [],
  heldOut: [Float32Array.from(direction), Float32Array.from(direction)],
  trained: [Float32Array.of(1, 1)],
});
const up = person('up', 0, 1);
const right = person('right', 1, 0);
const light: ExperimentPicture['colour'] = [70, 0, 0];

test('a picture without a face is not identified, and does not count in the cosine', () => {
  const pictures: ExperimentPicture[] = [
    { file: 'a', faceCount: 1, embedding: Float32Array.of(0, 1), backdrop: 'light grey', colour: light },
    { file: 'b', faceCount: 2, embedding: Float32Array.of(0.6, 0.8), backdrop: 'white', colour: light },
    { file: 'c', faceCount: 0, embedding: null, backdrop: 'black', colour: [5, 0, 0] },
    { file: 'd', faceCount: 1, embedding: Float32Array.of(1, 0), backdrop: 'dark blue', colour: [20, 2, -15] },
  ];
  const result = readResult(up, [up, right], pictures);
  expect(result.meanPhotoCosine).toBeCloseTo((1 + 0.8 + 0) / 3);
  expect(result.cosine).toBeCloseTo(0.6);
  expect(result).toMatchObject({ pictures: 4, identifiedShare: 0.5, oneFaceShare: 0.5, backdropShare: 0.75 });
});

test('the ceiling is what other real photos reach, and the table has a row for each person and one for all', () => {
  expect(ceiling(up)).toBeCloseTo(Math.SQRT1_2);
  const result = { pictures: 8, meanPhotoCosine: 0.8, cosine: 0.85, identifiedShare: 1, oneFaceShare: 0.5, backdropShare: 0.25 };
  const untrained = { ...result, meanPhotoCosine: null, cosine: null, identifiedShare: 0 };
  const rows = formatResults([
    { name: 'up', likeness: result, untrained, ceiling: 0.9, trainingSeconds: 1 },
    { name: 'right', likeness: { ...result, identifiedShare: 0 }, untrained, ceiling: 0.7, trainingSeconds: 1 },
  ]).split('\n');
  expect(rows[2]).toBe('| up | 0.800 | no face | 0.900 | 100 % | 0 % | 50 % | 50 % | 25 % | 25 % |');
  expect(rows[4]).toBe('| **mean** | 0.800 | no face | 0.800 | 50 % | 0 % | 50 % | 50 % | 25 % | 25 % |');
});

test('each style of the experiment asks for the backdrop that it is measured by', () => {
  for (const { styleId, backdrop } of experimentStyles) expect(findStylePack(styleId)?.template).toContain(`plain ${backdrop} background`);
});
