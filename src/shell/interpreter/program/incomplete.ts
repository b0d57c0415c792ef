import { parse, forEachChild, type SyntaxNode } from 'unbash';

/** Whether a here-document in the text has not met its delimiter yet. */
export function awaitsHereDocument(text: string): boolean {
  if (!text.includes('<<')) return false;
  let awaits = false;
  const visit = (node: SyntaxNode): void => {
    if (node.type === 'HereDoc' && node.closing === undefined) awaits = true;
    if (!awaits) forEachChild(node, visit);
  };
  visit(parse(text));
  return awaits;
}
