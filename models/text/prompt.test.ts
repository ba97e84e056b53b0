import { expect, test } from 'vitest';
import { TorchRandom } from '../tensor/random.ts';
import { defaultSubjectToken, fillTemplate, subjectPhrase, tidy, trainingCaption, withDropout, type Subject } from './prompt.ts';

const subject: Subject = { token: defaultSubjectToken, personClass: 'woman' };

test('a caption names the person and what is not the person', () => {
  expect(subjectPhrase(subject)).toBe('ohwx woman');
  expect(trainingCaption(subject)).toBe('a close up portrait of ohwx woman');
  expect(trainingCaption(subject, ['smiling', '', ' blurred  office background, '])).toBe(
    'a close up portrait of ohwx woman, smiling, blurred office background',
  );
});

test('templates are filled, and a place nobody filled stays in sight', () => {
  const words = { subject: 'ohwx man', outfit: 'a black suit', light: '' };
  expect(fillTemplate('photo of {subject}, wearing {outfit}, {light}, {place}', words)).toBe('photo of ohwx man, wearing a black suit, {place}');
  expect(fillTemplate('{toString} {subject}', words)).toBe('{toString} ohwx man');
});

test('captions are dropped at the wanted rate, and the stream of numbers does not depend on it', () => {
  const random = new TorchRandom(1);
  const kept = Array.from({ length: 4000 }, () => withDropout('x', 0.1, random)).filter((caption) => caption === 'x').length;
  expect(kept).toBeGreaterThan(3500);
  expect(kept).toBeLessThan(3700);
  const other = new TorchRandom(1);
  for (let index = 0; index < 4000; index++) expect(withDropout('x', 0, other)).toBe('x');
  expect(other.save()).toEqual(random.save());
});

test('tidying leaves one space and no stray commas', () => {
  expect(tidy('  , a  b ,, c , ')).toBe('a b, c');
});
