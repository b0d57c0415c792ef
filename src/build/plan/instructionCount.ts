import { BuildError } from '../buildError.ts';
import type { SyntaxNode } from '../parse/syntaxNode.ts';

/** Throws BuildError `limit`, with the line, for a Dockerfile of more instructions. */
export function checkCount(nodes: readonly SyntaxNode[], max: number): void {
  const extra = nodes[max];
  if (!extra) return;
  const { startLine, endLine } = extra;
  throw new BuildError('limit', `dockerfile parse error on line ${startLine}: more than ${max} instructions`, [
    { startLine, endLine },
  ]);
}
