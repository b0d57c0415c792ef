import type { SyntaxNode } from '../parse/syntaxNode.ts';
import type { CommandLine } from './instruction.ts';

/** The exec form's strings, or one text for the shell; no argument at all is an empty list. */
export function commandLine(node: SyntaxNode, args: readonly string[] = node.args): CommandLine {
  if (node.json) return { args, shell: false };
  return { args: args.length === 0 ? [] : [args.join(' ')], shell: true };
}
