import { parse, forEachChild, type SyntaxNode } from 'unbash';
import type { Shell } from '../state/shell.ts';

const MAX_ROUNDS = 20;
const MAX_CHARACTERS = 1 << 20;

/** The text with aliases in the places of commands replaced. */
export function expandAliases(shell: Shell, text: string): string {
  if (shell.aliases.size === 0) return text;
  if (shell.isBash && !shell.isSet('expand_aliases')) return text;
  let current = text;
  const used = new Set<string>();
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const edits = editsOf(shell, current, used);
    if (edits.length === 0 || current.length > MAX_CHARACTERS) return current;
    for (const { pos, end, value } of edits.reverse()) current = current.slice(0, pos) + value + current.slice(end);
  }
  return current;
}

interface Edit {
  readonly pos: number;
  readonly end: number;
  readonly value: string;
}

/** An alias is not replaced again in what it stands for. */
function editsOf(shell: Shell, text: string, used: Set<string>): Edit[] {
  const edits: Edit[] = [];
  const seen: string[] = [];
  const take = (word: { readonly text: string; readonly pos: number; readonly end: number } | undefined): boolean => {
    if (!word || used.has(word.text)) return false;
    const value = shell.aliases.get(word.text);
    if (value === undefined) return false;
    edits.push({ pos: word.pos, end: word.end, value });
    seen.push(word.text);
    return /[ \t]$/.test(value);
  };
  const visit = (node: SyntaxNode): void => {
    if (node.type === 'Command') {
      let goesOn = take(node.name);
      for (const argument of node.args) {
        if (!goesOn || argument.type !== 'Word') break;
        goesOn = take(argument);
      }
    }
    if (node.type !== 'Word') forEachChild(node, visit);
  };
  visit(parse(text));
  for (const name of seen) used.add(name);
  return edits;
}
