import { BuildError } from '../buildError.ts';
import { quote } from '../go/quote.ts';
import type { SyntaxNode } from '../parse/syntaxNode.ts';
import { description } from './description.ts';
import { readFlags } from './flags.ts';
import type { FromInstruction } from './instruction.ts';

export function readFrom(node: SyntaxNode): FromInstruction {
  const { args } = node;
  const name = stageName(args);
  const flags = readFlags(node.flags, { platform: 'text' });
  return {
    keyword: node.keyword,
    base: args[0] as string,
    name,
    platform: flags.text('platform'),
    description: description(node.comments, name),
    node,
  };
}

function stageName(args: readonly string[]): string {
  if (args.length === 1) return '';
  if (args.length !== 3 || args[1]?.toLowerCase() !== 'as') {
    throw new BuildError('instruction', 'FROM requires either one or three arguments');
  }
  const written = args[2] as string;
  const name = written.toLowerCase();
  if (!/^[a-z][a-z0-9\-_.]*$/.test(name)) {
    throw new BuildError(
      'instruction',
      `invalid name for build stage: ${quote(written)}, name can't start with a number or contain symbols`,
    );
  }
  return name;
}
