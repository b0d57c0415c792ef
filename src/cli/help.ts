import { HELP_OPTION, type OptionSpec } from './arguments.ts';
import type { Command, CommandEntry } from './command.ts';
import { COMMANDS } from './registry.ts';
import { wrapText } from './wrapText.ts';

const HELP_WIDTH = 100;
const OPTION_WIDTH = 30;

export function generalHelp(): string {
  return [
    'palimpsest: see every layer of a container image, what it adds, changes, hides and wastes.',
    '',
    'usage: palimpsest COMMAND [options] FILE ...',
    '',
    ...entryLines(COMMANDS),
    '',
    'FILE is an archive of docker save, docker export, podman, skopeo, BuildKit and others, of any vintage and',
    'compression; a folder that is an OCI layout or skopeo’s dir:; - for standard input; or docker://REF for an image',
    'in a registry, of which only what is needed is fetched.',
    '',
    'palimpsest COMMAND --help tells more; palimpsest --version prints the version.',
    'Exit status: 0 fine, 1 something was found (differences, a wrong digest, a broken rule), 2 it could not be done.',
    '',
  ].join('\n');
}

function entryLines(entries: readonly CommandEntry[]): string[] {
  const width = Math.max(...entries.map((entry) => entry.name.length));
  return entries.map((entry) => `  ${entry.name.padEnd(width)}  ${entry.summary}`);
}

export function commandHelp(name: string, summary: string, command: Command): string {
  const lines = command.usage.map((usage, i) =>
    `${i === 0 ? 'usage:' : '   or:'} palimpsest ${name} ${usage}`.trimEnd(),
  );
  lines.push('', `${name}: ${summary}.`, '');
  for (const paragraph of command.description) lines.push(...wrapText(paragraph, HELP_WIDTH), '');
  lines.push('Options:');
  for (const option of [...command.options, HELP_OPTION]) lines.push(...optionLines(option));
  if (command.examples) lines.push('', 'Examples:', ...command.examples.map((example) => `  palimpsest ${example}`));
  return `${lines.join('\n')}\n`;
}

function optionLines(option: OptionSpec): string[] {
  const short = option.short === undefined ? '    ' : `-${option.short}, `;
  const left = `  ${short}--${option.name}${option.metavar === undefined ? '' : ` ${option.metavar}`}`;
  const help = wrapText(option.help, HELP_WIDTH - OPTION_WIDTH);
  const indent = ' '.repeat(OPTION_WIDTH);
  if (left.length > OPTION_WIDTH - 2) return [left, ...help.map((line) => indent + line)];
  return help.map((line, i) => (i === 0 ? left.padEnd(OPTION_WIDTH) + line : indent + line));
}
