import type { SyntaxNode } from './syntaxNode.ts';

/** A place in the file: lines from 1, columns from 0 in UTF-16 units, as editors count. */
export interface Position {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
}

export interface SourceRange {
  readonly start: Position;
  readonly end: Position;
}

/** Finds lines and columns in a text. */
export class PositionTable {
  readonly #lineStarts: number[] = [0];

  constructor(text: string) {
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#lineStarts.push(at + 1);
  }

  at(offset: number): Position {
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#lineStarts[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    return { offset, line: low + 1, column: offset - (this.#lineStarts[low] as number) };
  }

  range(startOffset: number, endOffset: number): SourceRange {
    return { start: this.at(startOffset), end: this.at(endOffset) };
  }
}

/** Where a character of the node's logical line stands in the file. */
export function sourceOffset(node: SyntaxNode, index: number): number {
  let low = 0;
  let high = node.pieces.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((node.pieces[middle]?.at ?? 0) <= index) low = middle;
    else high = middle - 1;
  }
  const piece = node.pieces[low];
  return piece ? piece.offset + index - piece.at : 0;
}

/** The whole instruction, its here-documents included. */
export function nodeRange(node: SyntaxNode, positions: PositionTable): SourceRange {
  return positions.range(sourceOffset(node, 0), node.endOffset);
}

export function keywordRange(node: SyntaxNode, positions: PositionTable): SourceRange {
  const start = sourceOffset(node, 0);
  return positions.range(start, start + node.keyword.length);
}
