import { decodeName } from '../../bytes/byteName.ts';
import { type Comparing, compareTexts, diffTextOf, unifiedDiff } from '../utilities/diffText.ts';
import type { FileChange } from './fileChanges.ts';
import type { FileSide } from './fileSides.ts';
import type { Paint } from './paint.ts';
import { quotePath } from './quotePath.ts';

export interface PatchForm {
  readonly context: number;
  readonly blanks: Comparing['blanks'];
  readonly paint: Paint;
  /** An object's id as it is shortened. */
  readonly short: (oid: string) => Promise<string>;
}

const NO_OBJECT = '0000000000000000000000000000000000000000';
const SNIFFED_BYTES = 8000;
const FUNCTION_CHARACTERS = 80;

export function isBinary(bytes: Uint8Array): boolean {
  return bytes.subarray(0, SNIFFED_BYTES).includes(0);
}

/** One file's part of `git diff`. A change of type is shown as one file gone and another come. */
export async function patchText(change: FileChange, form: PatchForm): Promise<string> {
  if (change.kind !== 'T') return onePatch(change, form);
  const gone = await onePatch({ ...change, kind: 'D', after: undefined }, form);
  return gone + (await onePatch({ ...change, kind: 'A', before: undefined }, form));
}

async function onePatch({ before, after, similarity, path }: FileChange, form: PatchForm): Promise<string> {
  const [a, b] = [`a/${before?.path ?? path}`, `b/${after?.path ?? path}`].map(quotePath) as [string, string];
  const head = [`diff --git ${a} ${b}`, ...(await headLines(before, after, similarity, form))];
  const [old, now] = [(await before?.read()) ?? new Uint8Array(), (await after?.read()) ?? new Uint8Array()];
  const isSame = before?.oid === after?.oid;
  const [left, right] = [before ? a : '/dev/null', after ? b : '/dev/null'];
  if (!isSame && (isBinary(old) || isBinary(now)))
    return `${paintLines([...head], form)}Binary files ${left} and ${right} differ\n`;
  const [oldText, newText] = [diffTextOf(decodeName(old)), diffTextOf(decodeName(now))];
  const changes = isSame
    ? []
    : compareTexts(oldText, newText, { ignoreCase: false, blanks: form.blanks, ignoreBlankLines: false });
  if (changes.length === 0) {
    const isSilent = form.blanks !== 'count' && !isSame && before && after && before.mode === after.mode;
    return isSilent ? '' : paintLines(head, form);
  }
  const body = unifiedDiff(oldText, newText, changes, {
    context: form.context,
    functionLine: (line) => /^[A-Za-z_$]/.test(line),
    functionCharacters: FUNCTION_CHARACTERS,
  });
  // A name with blanks ends with a tab, so that patch(1) sees its end.
  const named = (name: string) => (name.includes(' ') && !name.startsWith('"') ? `${name}\t` : name);
  return paintLines([...head, `--- ${named(left)}`, `+++ ${named(right)}`], form) + paintBody(body, form.paint);
}

async function headLines(
  before: FileSide | undefined,
  after: FileSide | undefined,
  similarity: number,
  { short }: PatchForm,
): Promise<string[]> {
  const octal = (side: FileSide) => side.mode.toString(8);
  const lines: string[] = [];
  if (!before && after) lines.push(`new file mode ${octal(after)}`);
  else if (before && !after) lines.push(`deleted file mode ${octal(before)}`);
  else if (before && after && before.mode !== after.mode)
    lines.push(`old mode ${octal(before)}`, `new mode ${octal(after)}`);
  if (before && after && before.path !== after.path)
    lines.push(
      `similarity index ${similarity}%`,
      `rename from ${quotePath(before.path)}`,
      `rename to ${quotePath(after.path)}`,
    );
  if (before?.oid === after?.oid) return lines;
  const ids = [before, after].map(async (side) => (side ? short(side.oid) : undefined));
  const [old, now] = await Promise.all(ids);
  const blank = (other: string | undefined) => NO_OBJECT.slice(0, other?.length ?? 7);
  const mode = before && after && before.mode === after.mode ? ` ${octal(after)}` : '';
  lines.push(`index ${old ?? blank(now)}..${now ?? blank(old)}${mode}`);
  return lines;
}

function paintLines(lines: readonly string[], { paint }: PatchForm): string {
  return lines.map((line) => `${paint('header', line)}\n`).join('');
}

function paintBody(body: string, paint: Paint): string {
  const lines = body.split('\n');
  lines.pop();
  return lines
    .map((line) => {
      if (line.startsWith('@@')) {
        const end = line.indexOf('@@', 2) + 2;
        return `${paint('hunk', line.slice(0, end))}${line.slice(end)}\n`;
      }
      if (line.startsWith('-')) return `${paint('removed', line)}\n`;
      // The sign and the text are painted apart, as the real one does to show blanks at the end.
      if (line.startsWith('+')) return `${paint('added', '+')}${paint('added', line.slice(1))}\n`;
      return `${line}\n`;
    })
    .join('');
}
