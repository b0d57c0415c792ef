import { BuildError } from '../buildError.ts';
import type { Instruction, Stage } from '../instructions/instruction.ts';
import { checkOldMount } from '../instructions/mount.ts';
import { checkCount } from '../plan/instructionCount.ts';
import { readStages } from '../instructions/readStages.ts';
import { Linter } from '../lint/linter.ts';
import { parseDockerfile } from '../parse/parseDockerfile.ts';
import type { EscapeCharacter } from '../expand/lexer.ts';
import type { ParseWarning, SyntaxNode } from '../parse/syntaxNode.ts';

/** A Dockerfile as the classic builder takes it. */
export interface ClassicDockerfile {
  readonly escape: EscapeCharacter;
  readonly globalArguments: readonly Instruction[];
  readonly stages: readonly Stage[];
  /** To be printed before the first step; empty where there is nothing to warn of. */
  readonly warning: string;
}

/** Flags that each instruction knew in 20.10. */
const FLAGS: Readonly<Record<string, readonly string[]>> = {
  add: ['chown', 'chmod'],
  copy: ['chown', 'chmod', 'from'],
  from: ['platform'],
  healthcheck: ['interval', 'timeout', 'start-period', 'retries'],
  run: ['mount'],
};

const MAX_INSTRUCTIONS = 200_000;

/** Reads a Dockerfile with the grammar of 20.10: no here-documents, fewer flags. Throws BuildError with the daemon's
 *  words of that time, which name the file by `path`. */
export function readClassic(text: string, path = 'Dockerfile'): ClassicDockerfile {
  const parsed = inOldWords(`failed to parse ${path}: `, () => parseDockerfile(text, { hasHeredocs: false }));
  checkCount(parsed.nodes, MAX_INSTRUCTIONS);
  for (const node of parsed.nodes) checkFlags(node);
  for (const node of parsed.nodes) checkMounts(node);
  const { stages, globalArguments } = inOldWords('', () => readStages(parsed.nodes, new Linter()));
  if (stages.length === 0) throw new BuildError('stage', 'no build stage in current context');
  return { escape: parsed.escape, stages, globalArguments, warning: warningOf(parsed.warnings) };
}

const EMPTY_LINE = 'Empty continuation line found in:';

function warningOf(warnings: readonly ParseWarning[]): string {
  if (warnings.length === 0) return '';
  const lines = warnings.map(
    ({ message }) => `[WARNING]: ${message.replace(`${EMPTY_LINE} `, `${EMPTY_LINE}\n    `)}\n`,
  );
  return `${lines.join('')}[WARNING]: Empty continuation lines will become errors in a future release.\n`;
}

function checkFlags(node: SyntaxNode): void {
  const known = FLAGS[node.keyword.toLowerCase()];
  if (!known) return;
  for (const flag of node.flags) {
    const name = flag.replace(/^--/, '').replace(/=.*$/s, '');
    if (known.includes(name)) continue;
    throw new BuildError('flag', `dockerfile parse error line ${node.startLine}: Unknown flag: ${name}`);
  }
  if (node.flags.some((flag) => /^--retries=[+-]?0+$/.test(flag)))
    throw new BuildError('flag', `dockerfile parse error line ${node.startLine}: --retries must be at least 1 (not 0)`);
}

const MOUNT = /^--mount=/;

function checkMounts({ keyword, flags, startLine }: SyntaxNode): void {
  if (keyword.toLowerCase() !== 'run') return;
  for (const flag of flags) {
    try {
      if (MOUNT.test(flag)) checkOldMount(flag.replace(MOUNT, ''));
    } catch (error) {
      if (!(error instanceof BuildError)) throw error;
      const words = error.message.replace(/ \(did you mean .*\?\)$/, '');
      throw new BuildError(error.code, `dockerfile parse error line ${startLine}: ${words}`, error.lines);
    }
  }
}

function inOldWords<T>(prefix: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    throw new BuildError(error.code, prefix + oldWords(error.message), error.lines);
  }
}

/** What 20.10's containerd says of a platform that is empty. */
export const OLD_EMPTY_PLATFORM =
  '"" is an invalid component of "": platform specifier component must match "^[A-Za-z0-9_-]+$": invalid argument';

/** Newer versions say `on line`, and guess what was meant. */
export function oldWords(message: string): string {
  return message
    .replace(/^dockerfile parse error on line /, 'dockerfile parse error line ')
    .replace(/unknown instruction: (\S+).*$/s, (_, keyword: string) => `unknown instruction: ${keyword.toUpperCase()}`)
    .replace(/unknown flag: --(\S+?)(?: \(.*)?$/, 'Unknown flag: $1')
    .replace(/duplicate flag specified: --(\S+)/, 'Duplicate flag specified: $1')
    .replace(/duplicate flag specified: --/, 'Duplicate flag specified: ')
    .replace(/missing a value on flag: --/, 'Missing a value on flag: ')
    .replace('"^[A-Za-z0-9_.-]+$"', '"^[A-Za-z0-9_-]+$"')
    .replace(/--retries cannot be negative \((.*)\)/, '--retries must be at least 1 (not $1)');
}
