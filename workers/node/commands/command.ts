/** @file What a command of the command line is: its options, its help and what is done with them. */
import { formatHelp, parseOptions, type OptionTable } from '../arguments.ts';

export interface Command {
  readonly summary: string;
  help(name: string): string;
  run(name: string, args: readonly string[]): Promise<void>;
}

/** Ties a table of options to what is done with them. */
export function command<T extends OptionTable>(
  summary: string,
  table: T,
  act: (parsed: ReturnType<typeof parseOptions<T>>) => Promise<void>,
  positional: string | null = null,
): Command {
  return { summary, help: (name) => formatHelp(name, summary, table, positional), run: (name, args) => act(parseOptions(name, table, args, positional)) };
}
