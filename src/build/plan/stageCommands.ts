import { BuildError, atLines } from '../buildError.ts';
import { EMPTY_ENVIRONMENT } from '../expand/environment.ts';
import { expandWord, type LexOptions } from '../expand/lexer.ts';
import type { Instruction } from '../instructions/instruction.ts';
import { isCacheMount, mountFrom } from '../instructions/mount.ts';
import { readInstruction } from '../instructions/readInstruction.ts';
import { parseDockerfile } from '../parse/parseDockerfile.ts';
import { imageNode, type StageCommand, type StageNode, type StageTable } from './stageTable.ts';

const SCRATCH = 'scratch';
const NO_EXPANSION =
  'variable expansion is not supported for --from, define a new stage with FROM using ARG from global scope as a workaround';

/** Finds what each command of a stage reads from, and notes it as a dependency. Throws BuildError. */
export function linkCommands(node: StageNode, table: StageTable, lex: LexOptions): void {
  const commands = (node.stage?.instructions ?? []).map((instruction) => ({ instruction, isOnBuild: false }));
  node.commands = link(node, commands, table, lex);
}

/** Puts triggers of the base before a stage's own commands. True when they bring new dependencies. */
export function addTriggers(node: StageNode, triggers: readonly string[], table: StageTable, lex: LexOptions): boolean {
  try {
    const commands = triggers.map((text) => ({ instruction: readTrigger(text, node), isOnBuild: true }));
    const linked = link(node, commands, table, lex);
    node.commands = [...linked, ...node.commands];
    return linked.some((command) => command.sources.length > 0);
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    throw new BuildError(error.code, error.message, [node.lines]);
  }
}

function readTrigger(text: string, node: StageNode): Instruction {
  const { nodes } = parseDockerfile(text);
  const [parsed] = nodes;
  if (!parsed || nodes.length !== 1) {
    throw new BuildError('instruction', 'onbuild trigger should be a single expression');
  }
  // The trigger stands where the stage begins.
  return readInstruction({ ...parsed, ...node.lines });
}

function link(
  node: StageNode,
  commands: readonly { readonly instruction: Instruction; readonly isOnBuild: boolean }[],
  table: StageTable,
  lex: LexOptions,
): StageCommand[] {
  const newImages: StageNode[] = [];
  const linked = commands.map(({ instruction, isOnBuild }) => {
    try {
      const sources = sourcesOf(instruction, table, lex);
      for (const source of sources) {
        if (!source) continue;
        node.dependencies.add(source);
        if (!source.stage && !newImages.includes(source)) newImages.push(source);
      }
      return { instruction, sources, isOnBuild };
    } catch (error) {
      throw atLines(error, instruction.node);
    }
  });
  for (const image of newImages) table.add(image);
  return linked;
}

function sourcesOf({ body, node }: Instruction, table: StageTable, lex: LexOptions) {
  if (body.kind === 'COPY' && body.from !== '') {
    const { from } = body;
    if (!lex.colonOnly && expandWord(from, EMPTY_ENVIRONMENT, lex).text !== from) {
      throw new BuildError('stage', NO_EXPANSION);
    }
    if (/^[+-]?[0-9]{1,18}$/.test(from)) return [table.byIndex(Number(from))];
    return [table.byName(from) ?? imageNode(from, node)];
  }
  if (body.kind !== 'RUN') return [];
  return body.mountFlags.map((flag) => {
    const from = mountFrom(flag);
    if (from !== '') return table.byName(from) ?? imageNode(from, node);
    // A mount from nowhere counts as one from `scratch`, as 0.8 had it for caches alone (detectRunMount).
    if (lex.colonOnly && !isCacheMount(flag)) return undefined;
    return table.byName(SCRATCH) ?? imageNode(SCRATCH, node);
  });
}
