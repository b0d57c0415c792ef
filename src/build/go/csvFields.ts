import { BuildError } from '../buildError.ts';

/** The fields of one line of comma-separated values, as `--mount` is written: a field may be quoted whole, with `""` for
 *  a quote. Throws BuildError `flag` with Go's words; an empty line has no record ("EOF"). */
export function csvFields(line: string): string[] {
  const text = line.replace(/\r?\n$/, '');
  if (text === '') throw new BuildError('flag', 'EOF');
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    if (text[at] !== '"') {
      const comma = text.indexOf(',', at);
      const field = text.slice(at, comma < 0 ? text.length : comma);
      const bare = field.indexOf('"');
      if (bare >= 0) throw fault(text, at + bare, 'bare " in non-quoted-field');
      fields.push(field);
      if (comma < 0) return fields;
      at = comma + 1;
      continue;
    }
    const { value, end } = quotedField(text, at + 1);
    fields.push(value);
    if (end === text.length) return fields;
    if (text[end] !== ',') throw fault(text, end - 1, 'extraneous or missing " in quoted-field');
    at = end + 1;
  }
}

function quotedField(text: string, from: number): { value: string; end: number } {
  const parts: string[] = [];
  for (let at = from; ;) {
    const close = text.indexOf('"', at);
    if (close < 0) throw fault(text, at, 'extraneous or missing " in quoted-field');
    parts.push(text.slice(at, close));
    if (text[close + 1] !== '"') return { value: parts.join('"'), end: close + 1 };
    at = close + 2;
  }
}

// encoding/csv counts columns in bytes, from 1.
function fault(text: string, index: number, why: string): BuildError {
  const column = new TextEncoder().encode(text.slice(0, index)).length + 1;
  return new BuildError('flag', `parse error on line 1, column ${column}: ${why}`);
}
