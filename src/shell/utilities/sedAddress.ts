import { parsePattern, type SedSyntax } from './sedPattern.ts';
import type { SedReader } from './sedReader.ts';
import type { SedAddress } from './sedScript.ts';

/** Undefined where none stands. */
export function parseAddress(reader: SedReader, place: 'first' | 'second', syntax: SedSyntax): SedAddress | undefined {
  const character = reader.peek();
  if (character === undefined) return undefined;
  if (character >= '0' && character <= '9') {
    const number = Number(reader.word(/[^0-9]/));
    if (reader.peek() !== '~' || place === 'second') return { kind: 'line', number };
    reader.at++;
    return { kind: 'step', first: number, step: Number(reader.word(/[^0-9]/) || '0') };
  }
  if (place === 'second' && (character === '+' || character === '~')) {
    reader.at++;
    const digits = reader.word(/[^0-9]/);
    if (digits === '') throw reader.error('expected number');
    return character === '+' ? { kind: 'plus', count: Number(digits) } : { kind: 'multiple', of: Number(digits) };
  }
  if (character === '$') {
    reader.at++;
    return { kind: 'last' };
  }
  if (character !== '/' && character !== '\\') return undefined;
  reader.at++;
  const delimiter = character === '/' ? '/' : reader.take();
  if (delimiter === undefined || delimiter === '\n') throw reader.error('unterminated address regex');
  const source = reader.delimited(delimiter, 'regex');
  if (source === undefined) throw reader.error('unterminated address regex');
  let [ignoreCase, multiline] = [false, false];
  for (; ; reader.at++) {
    if (reader.peek() === 'I') ignoreCase = true;
    else if (reader.peek() === 'M') multiline = true;
    else break;
  }
  return { kind: 'regex', regex: parsePattern(reader, source, { ...syntax, ignoreCase, multiline }) };
}
