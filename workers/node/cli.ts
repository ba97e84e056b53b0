/** @file The command line: the same engine as in the browser, without one. `npm run likeness -- <command>` */
import { AppError, isAppError } from '#models/errors/app-error.ts';
import type { Command } from './commands/command.ts';
import { checkCommand, convertCommand, inspectCommand, scoreCommand } from './commands/file-commands.ts';
import { generateCommand } from './commands/generate-command.ts';
import { trainCommand } from './commands/train-command.ts';

const commands: Readonly<Record<string, Command>> = {
  train: trainCommand,
  generate: generateCommand,
  score: scoreCommand,
  check: checkCommand,
  inspect: inspectCommand,
  convert: convertCommand,
};

function overview(): string {
  const rows = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`);
  return ['npm run likeness -- <command> [options]', '', ...rows, '', 'Add --help to a command for its options.'].join('\n');
}

async function main(args: readonly string[]): Promise<void> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === 'help') {
    console.log(overview());
    return;
  }
  const command = commands[name];
  if (command === undefined) throw new AppError('usage', { message: `there is no command ${name}`, help: overview() });
  if (rest.includes('--help')) console.log(command.help(name));
  else await command.run(name, rest);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  if (!isAppError(error)) throw error;
  console.error(`${error.message} [${error.code}]${error.help === undefined ? '' : `\n${error.help}`}`);
  process.exitCode = error.code === 'usage' ? 2 : 1;
});
