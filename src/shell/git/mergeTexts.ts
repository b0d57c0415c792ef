import type { Change } from '../utilities/lineDiff.ts';
import { compareTexts, diffTextOf } from '../utilities/diffText.ts';

export interface MergeLabels {
  readonly ours: string;
  readonly theirs: string;
}

/** Both sides' changes of a text, as one. Where both changed the same lines and not alike, both stand between marks
 *  (git-merge(1), "How conflicts are presented"). */
export function mergeTexts(
  base: string,
  ours: string,
  theirs: string,
  labels: MergeLabels,
): { readonly text: string; readonly hasConflict: boolean } {
  const [o, a, b] = [base, ours, theirs].map(linesOf) as [string[], string[], string[]];
  const merged = new Merging(o, a, b, labels);
  return merged.run(changes(base, ours), changes(base, theirs));
}

/** Each with its newline. */
function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function changes(from: string, to: string): Change[] {
  return compareTexts(diffTextOf(from), diffTextOf(to), {
    ignoreCase: false,
    blanks: 'count',
    ignoreBlankLines: false,
  });
}

class Merging {
  readonly #base: readonly string[];
  readonly #ours: readonly string[];
  readonly #theirs: readonly string[];
  readonly #labels: MergeLabels;
  #text = '';
  #hasConflict = false;

  constructor(base: readonly string[], ours: readonly string[], theirs: readonly string[], labels: MergeLabels) {
    this.#base = base;
    this.#ours = ours;
    this.#theirs = theirs;
    this.#labels = labels;
  }

  run(ofOurs: readonly Change[], ofTheirs: readonly Change[]) {
    let [i, j, at] = [0, 0, 0];
    while (i < ofOurs.length || j < ofTheirs.length) {
      const start = Math.min(
        ofOurs[i]?.aStart ?? Number.POSITIVE_INFINITY,
        ofTheirs[j]?.aStart ?? Number.POSITIVE_INFINITY,
      );
      let end = start;
      const [fromI, fromJ] = [i, j];
      // Changes that touch each other are taken together.
      for (let grew = true; grew;) {
        grew = false;
        const [one, other] = [ofOurs[i], ofTheirs[j]];
        if (one && one.aStart <= end) {
          end = Math.max(end, one.aEnd);
          i++;
          grew = true;
        } else if (other && other.aStart <= end) {
          end = Math.max(end, other.aEnd);
          j++;
          grew = true;
        }
      }
      this.#text += this.#base.slice(at, start).join('');
      const a = side(this.#ours, ofOurs, fromI, i, start, end);
      const b = side(this.#theirs, ofTheirs, fromJ, j, start, end);
      this.#region(a, b, this.#base.slice(start, end).join(''));
      at = end;
    }
    this.#text += this.#base.slice(at).join('');
    return { text: this.#text, hasConflict: this.#hasConflict };
  }

  #region(a: readonly string[], b: readonly string[], base: string): void {
    const [ours, theirs] = [a.join(''), b.join('')];
    if (ours === theirs || theirs === base) this.#text += ours;
    else if (ours === base) this.#text += theirs;
    else {
      this.#hasConflict = true;
      // Lines that both have at the ends are no part of the conflict.
      let head = 0;
      while (head < a.length && head < b.length && a[head] === b[head]) head++;
      let tail = 0;
      while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++;
      const middle = (lines: readonly string[]) => ended(lines.slice(head, lines.length - tail).join(''));
      this.#text += a.slice(0, head).join('');
      this.#text += `<<<<<<< ${this.#labels.ours}\n${middle(a)}=======\n${middle(b)}>>>>>>> ${this.#labels.theirs}\n`;
      this.#text += a.slice(a.length - tail).join('');
    }
  }
}

function ended(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}

/** A side's lines for the base's `[start, end)`, of which its changes `[from, to)` lie. */
function side(
  lines: readonly string[],
  changed: readonly Change[],
  from: number,
  to: number,
  start: number,
  end: number,
): string[] {
  // By how much its lines are shifted against the base's before and behind the changes.
  const before = changed[from - 1];
  const after = changed[to - 1];
  const shiftBefore = before ? before.bEnd - before.aEnd : 0;
  const shiftAfter = after ? after.bEnd - after.aEnd : 0;
  return lines.slice(start + shiftBefore, end + shiftAfter);
}
