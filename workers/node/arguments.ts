/** @file Reads the command line: every option once, with its type, its default and its line of help. */
import { parseArgs } from 'node:util';
import { AppError } from '#models/errors/app-error.ts';

interface OptionBase {
  /** How the value is called in the help. */
  readonly value: string;
  readonly help: string;
  readonly required?: boolean;
}

/** What options a command takes. A `list` option may be given several times. */
export type OptionTable = Readonly<Record<string, OptionBase & { readonly kind: 'text' | 'number' | 'list' }>>;

type ValueOf<O extends OptionTable[string]> = O['kind'] extends 'number' ? number : O['kind'] extends 'list' ? readonly string[] : string;

/** The parsed values; required options and lists are always there. */
export type Options<T extends OptionTable> = {
  readonly [K in keyof T]: T[K] extends { readonly required: true } ? ValueOf<T[K]> : T[K]['kind'] extends 'list' ? readonly string[] : ValueOf<T[K]> | undefined;
};

/**
 * Parses `--name value` pairs.
 *
 * @throws {AppError} `usage` for an unknown or missing option or a value that is not a number
 */
export function parseOptions<T extends OptionTable>(command: string, table: T, args: readonly string[]): { readonly options: Options<T>; readonly positionals: readonly string[] } {
  const help = `Run \`npm run likeness -- ${command} --help\` for what it takes.`;
  const config = Object.fromEntries(Object.entries(table).map(([name, { kind }]) => [name, { type: 'string' as const, multiple: kind === 'list' }]));
  let parsed;
  try {
    parsed = parseArgs({ args: [...args], options: config, allowPositionals: true, strict: true });
  } catch (cause) {
    throw new AppError('usage', { message: cause instanceof Error ? cause.message : String(cause), help, cause });
  }
  const options = Object.fromEntries(Object.entries(table).map(([name, option]) => {
    const given = parsed.values[name];
    if (given === undefined && option.required) throw new AppError('usage', { message: `${command} needs --${name} ${option.value}`, help });
    if (option.kind === 'list') return [name, given ?? []];
    return [name, option.kind === 'number' && typeof given === 'string' ? parseNumber(name, given, help) : given];
  }));
  return { options: options as Options<T>, positionals: parsed.positionals };
}

function parseNumber(name: string, text: string, help: string): number {
  const number = Number(text);
  if (text.trim() === '' || !Number.isFinite(number)) throw new AppError('usage', { message: `--${name} takes a number, not ${text}`, help });
  return number;
}

/** The help text of one command. */
export function formatHelp(command: string, summary: string, table: OptionTable): string {
  const rows = Object.entries(table).map(([name, { value, help, required }]) => `  ${`--${name} ${value}`.padEnd(32)} ${help}${required === true ? ' (required)' : ''}`);
  return [`npm run likeness -- ${command}: ${summary}`, '', ...rows].join('\n');
}
