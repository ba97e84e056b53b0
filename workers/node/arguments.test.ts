import { expect, test } from 'vitest';
import { AppError } from '#models/errors/app-error.ts';
import { formatHelp, parseOptions } from './arguments.ts';

const table = {
  prompt: { kind: 'text', value: 'TEXT', help: 'what to draw', required: true },
  lora: { kind: 'list', value: 'FILE', help: 'likeness' },
  guidance: { kind: 'number', value: 'G', help: 'how closely' },
  seed: { kind: 'whole', least: 0, value: 'S', help: 'seed' },
  memory: { kind: 'above', value: 'GIB', help: 'memory' },
} as const;

const parse = (...args: string[]) => parseOptions('generate', table, ['--prompt', 'a face', ...args]);

function refusal(parsing: () => unknown): string {
  try {
    parsing();
  } catch (error) {
    if (error instanceof AppError && error.code === 'usage') return error.message;
    throw error;
  }
  throw new Error('nothing was refused');
}

test('every option has its type, and a list may be given several times', () => {
  const { options } = parse('--seed', '7', '--lora', 'a', '--lora', 'b:-0.5', '--memory', '1.5');
  expect(options).toEqual({ prompt: 'a face', lora: ['a', 'b:-0.5'], guidance: undefined, seed: 7, memory: 1.5 });
});

test('a negative number is a value', () => {
  expect(parse('--guidance', '-1.5').options.guidance).toBe(-1.5);
  expect(refusal(() => parse('--seed', '-5'))).toBe('--seed takes a whole number from 0, not -5');
});

test('a value that is none is refused with what it could be', () => {
  expect(refusal(() => parse('--seed', '1.5'))).toBe('--seed takes a whole number from 0, not 1.5');
  expect(refusal(() => parse('--seed', '1e300'))).toBe('--seed takes a whole number from 0, not 1e300');
  expect(refusal(() => parse('--memory', '0'))).toBe('--memory takes a number above 0, not 0');
  expect(refusal(() => parse('--guidance', 'much'))).toBe('--guidance takes a number, not much');
  expect(refusal(() => parse('--guidance', ''))).toBe('--guidance takes a number, not ');
});

test('an option that is unknown, empty or missing is named', () => {
  expect(refusal(() => parse('--colour'))).toBe('generate has no option --colour');
  expect(refusal(() => parse('-v'))).toBe('generate has no option -v');
  expect(refusal(() => parse('--memory'))).toBe('--memory needs its value: --memory GIB');
  expect(refusal(() => parse('--memory', '--seed', '1'))).toBe('--memory needs its value: --memory GIB');
  expect(refusal(() => parseOptions('generate', table, []))).toBe('generate needs --prompt TEXT');
});

test('words of a value that was not put in quotes are not dropped in silence', () => {
  expect(refusal(() => parseOptions('generate', table, ['--prompt', 'a', 'portrait', 'photo']))).toBe('portrait belongs to no option');
  expect(parseOptions('inspect', {}, ['builtin'], 'PATH').positionals).toEqual(['builtin']);
  expect(refusal(() => parseOptions('inspect', {}, ['builtin', 'other'], 'PATH'))).toBe('other belongs to no option');
});

test('the help says how the value without a name is called', () => {
  expect(formatHelp('inspect', 'say what it holds', {}, 'PATH')).toMatch(/^npm run likeness -- inspect PATH: say what it holds/);
});
