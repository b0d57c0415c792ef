import { isRest } from './textPart.ts';

/** A few names, in the order of insertion: hash, inode, name. A look goes over all hashes, which lie close together, and at
 *  the text of none but the name that it means: a Map, whose keys lie all over memory, looks at others, too. */
export type NameRows = (number | string)[];

/** Slots of each. */
export const ROW = 3;

/** Where rows have the name that a text has from `start` on, whose hash is given; -1 where they have none. */
export function rowOf(rows: NameRows, text: string, start: number, hash: number): number {
  for (let row = 0; row < rows.length; row += ROW)
    if (rows[row] === hash && isRest(text, start, rows[row + 2] as string)) return row;
  return -1;
}

export function inodeOf(rows: NameRows, row: number): number {
  return rows[row + 1] as number;
}

export function nameOf(rows: NameRows, row: number): string {
  return rows[row + 2] as string;
}

export function* eachName(rows: NameRows): Iterable<string> {
  for (let row = 0; row < rows.length; row += ROW) yield nameOf(rows, row);
}

export function* eachEntry(rows: NameRows): Iterable<[string, number]> {
  for (let row = 0; row < rows.length; row += ROW) yield [nameOf(rows, row), inodeOf(rows, row)];
}
