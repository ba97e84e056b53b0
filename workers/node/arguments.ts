/** @file Reads the command line: every option once, with its type, its default and its line of help. */
import { parseArgs } from 'node:util';
import { AppError } from '#models/errors/app-error.ts';

interface OptionBase {
  /** How the value is called in the help. */
  readonly value: string;
  readonly help: string;
  readonly required?: boolean;
}

/** What options a command takes. `whole` is a whole number from `least` on, `above` a number greater than 0; a `list` option may be given several times. */
export type OptionTable = Readonly<
  Record<string, OptionBase & ({ readonly kind: 'text' | 'number' | 'above' | 'list' } | { readonly kind: 'whole'; readonly least: number })>
>;

type ValueOf<O extends OptionTable[string]> = O['kind'] extends 'number' | 'above' | 'whole' ? number : O['kind'] extends 'list' ? readonly string[] : string;

/** The parsed values; required options and lists are always there. */
export type Options<T extends OptionTable> = {
  readonly [K in keyof T]: T[K] extends { readonly required: true }
    ? ValueOf<T[K]>
    : T[K]['kind'] extends 'list'
      ? readonly string[]
      : ValueOf<T[K]> | undefined;
};

/**
 * Parses `--name value` pairs.
 *
 * @param positional how the one value without a name is called, such as PATH; null where a command takes none
 * @throws {AppError} `usage` for an unknown or missing option, a value that is none, or a word that belongs to nothing
 */
export function parseOptions<T extends OptionTable>(
  command: string,
  table: T,
  args: readonly string[],
  positional: string | null = null,
): { readonly options: Options<T>; readonly positionals: readonly string[] } {
  const help = `Run \`npm run likeness -- ${command} --help\` for what it takes.`;
  const config = Object.fromEntries(Object.entries(table).map(([name, { kind }]) => [name, { type: 'string' as const, multiple: kind === 'list' }]));
  let parsed;
  try {
    parsed = parseArgs({ args: joinNegatives(table, args), options: config, allowPositionals: true, strict: true });
  } catch (cause) {
    throw new AppError('usage', { message: refusalOf(command, table, cause), help, cause });
  }
  const stray = parsed.positionals[positional === null ? 0 : 1];
  if (stray !== undefined) throw new AppError('usage', { message: `${stray} belongs to no option`, help: `Put a value of several words in quotes. ${help}` });
  const options = Object.fromEntries(
    Object.entries(table).map(([name, option]) => {
      const given = parsed.values[name];
      if (given === undefined && option.required) throw new AppError('usage', { message: `${command} needs --${name} ${option.value}`, help });
      if (option.kind === 'list') return [name, given ?? []];
      return [name, option.kind !== 'text' && typeof given === 'string' ? parseNumber(name, option, given, help) : given];
    }),
  );
  return { options: options as Options<T>, positionals: parsed.positionals };
}

function parseNumber(name: string, option: OptionTable[string], text: string, help: string): number {
  const number = text.trim() === '' ? NaN : Number(text);
  const [wanted, isIt] =
    option.kind === 'whole'
      ? [`a whole number from ${option.least}`, Number.isSafeInteger(number) && number >= option.least]
      : option.kind === 'above'
        ? ['a number above 0', Number.isFinite(number) && number > 0]
        : ['a number', Number.isFinite(number)];
  if (!isIt) throw new AppError('usage', { message: `--${name} takes ${wanted}, not ${text}`, help });
  return number;
}

/** `--name -5` as `--name=-5`: Node takes a value that begins with a dash for another option. */
function joinNegatives(table: OptionTable, args: readonly string[]): string[] {
  return args.reduce<string[]>((joined, arg) => {
    const before = joined.at(-1);
    const isValue = /^-\.?\d/.test(arg) && before?.startsWith('--') === true && Object.hasOwn(table, before.slice(2));
    return isValue ? [...joined.slice(0, -1), `${before}=${arg}`] : [...joined, arg];
  }, []);
}

/** Node's refusal of an option in words of ours. */
function refusalOf(command: string, table: OptionTable, cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException;
  const name = /--([\w-]+)/.exec(message)?.[1] ?? /'(-\w)/.exec(message)?.[1];
  const option = name === undefined ? undefined : table[name];
  if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' && name !== undefined) return `${command} has no option ${name.startsWith('-') ? name : `--${name}`}`;
  return option === undefined ? message : `--${name} needs its value: --${name} ${option.value}`;
}

/** The help text of one command. */
export function formatHelp(command: string, summary: string, table: OptionTable, positional: string | null = null): string {
  const rows = Object.entries(table).map(
    ([name, { value, help, required }]) => `  ${`--${name} ${value}`.padEnd(32)} ${help}${required === true ? ' (required)' : ''}`,
  );
  return [`npm run likeness -- ${command}${positional === null ? '' : ` ${positional}`}: ${summary}`, '', ...rows].join('\n');
}
