import { BuildError, atLines } from '../buildError.ts';
import { checkDescription, checkFromCasing } from '../lint/namingChecks.ts';
import type { Linter } from '../lint/linter.ts';
import type { SyntaxNode } from '../parse/syntaxNode.ts';
import { readFrom } from './from.ts';
import type { FromInstruction, Instruction, Stage } from './instruction.ts';
import { readInstruction } from './readInstruction.ts';

/** A Dockerfile as stages. */
export interface Stages {
  readonly stages: readonly Stage[];
  /** ARGs before the first FROM. */
  readonly globalArguments: readonly Instruction[];
}

/** Throws BuildError with BuildKit's words, `dockerfile parse error on line N: …`, and the lines. */
export function readStages(nodes: readonly SyntaxNode[], linter: Linter): Stages {
  const stages: (FromInstruction & { instructions: Instruction[] })[] = [];
  const globalArguments: Instruction[] = [];
  for (const node of nodes) {
    const item = read(node, linter.withComments(node.comments));
    const stage = stages.at(-1);
    if ('base' in item) stages.push({ ...item, instructions: [] });
    else if (stage) stage.instructions.push(item);
    else if (item.body.kind === 'ARG') globalArguments.push(item);
    else throw new BuildError('stage', 'no build stage in current context', [linesOf(node)]);
  }
  return { stages, globalArguments };
}

function read(node: SyntaxNode, linter: Linter): FromInstruction | Instruction {
  try {
    const keyword = node.keyword.toLowerCase();
    if (keyword === 'from') return readStageStart(node, linter);
    if (keyword === 'maintainer') linter.report('MaintainerDeprecated', node);
    const instruction = readInstruction(node);
    if (instruction.body.kind === 'ARG') {
      const keys = instruction.body.args.map((arg) => arg.key);
      checkDescription('ARG', keys, node, linter);
    }
    return instruction;
  } catch (error) {
    throw atLines(error, linesOf(node), `dockerfile parse error on line ${node.startLine}: `);
  }
}

function readStageStart(node: SyntaxNode, linter: Linter): FromInstruction {
  checkFromCasing(node, linter);
  const from = readFrom(node);
  if (from.name !== '') checkDescription('FROM', [from.name], node, linter);
  return from;
}

export function linesOf({ startLine, endLine }: SyntaxNode) {
  return { startLine, endLine };
}
