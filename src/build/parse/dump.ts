import { quote, quoteList } from '../go/quote.ts';
import type { ParsedDockerfile, SyntaxNode } from './syntaxNode.ts';

/** The syntax tree as BuildKit's `dumper` prints it: a line `(run "echo hi")` for each instruction. */
export function dumpDockerfile(parsed: ParsedDockerfile): string {
  return parsed.nodes.map((node) => `(${dumpNode(node)})`).join('\n');
}

function dumpNode(node: SyntaxNode): string {
  let out = node.keyword.toLowerCase();
  if (node.flags.length > 0) out += ` ${quoteList(node.flags)}`;
  if (node.trigger) return `${out} (${dumpNode(node.trigger)})`;
  for (const arg of node.args) out += ` ${quote(arg)}`;
  return out.trim();
}
