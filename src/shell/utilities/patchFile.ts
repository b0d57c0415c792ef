/** What a patch does to one file. */
export type PatchForm = 'unified' | 'context' | 'normal';

export interface FilePatch {
  readonly form: PatchForm;
  readonly oldName: string | undefined;
  readonly newName: string | undefined;
  readonly indexName: string | undefined;
  readonly hunks: readonly Hunk[];
  /** The file is made, or removed: `/dev/null`, or the Epoch as its time. */
  readonly makes: boolean;
  readonly removes: boolean;
}

/** Lines of one place: `before` is what must stand there, `after` what comes instead. */
export interface Hunk {
  /** From 1; 0 where it stands in an empty file. */
  readonly oldStart: number;
  readonly newStart: number;
  readonly before: readonly HunkLine[];
  readonly after: readonly HunkLine[];
  /** As it stands in the patch, for a reject file. */
  readonly text: readonly string[];
}

export interface HunkLine {
  readonly text: string;
  readonly isContext: boolean;
  /** The last of its file, without a newline. */
  readonly lacksEnd: boolean;
}

/** A patch that is damaged at a line. */
export class PatchError extends Error {
  override readonly name = 'PatchError';
  readonly line: number;
  readonly text: string;
  constructor(line: number, text: string) {
    super(`malformed patch at line ${line}: ${text}`);
    this.line = line;
    this.text = text;
  }
}

/** Reads unified, context and normal diffs. Text between them is passed over. Throws PatchError. */
export function parsePatch(text: string): FilePatch[] {
  return new PatchParser(text.split('\n')).parse();
}

class PatchParser {
  readonly #lines: readonly string[];
  #at = 0;
  #indexName: string | undefined;

  constructor(lines: readonly string[]) {
    this.#lines = lines;
  }

  parse(): FilePatch[] {
    const files: FilePatch[] = [];
    while (this.#at < this.#lines.length) {
      const line = this.#lines[this.#at] as string;
      const next = this.#lines[this.#at + 1] ?? '';
      if (line.startsWith('Index: ')) this.#indexName = line.slice(7).trim();
      if (line.startsWith('--- ') && next.startsWith('+++ ')) files.push(this.#unified());
      else if (line.startsWith('*** ') && next.startsWith('--- ')) files.push(this.#context());
      else if (line.startsWith('@@ -') && files.length === 0)
        files.push(this.#file('unified', undefined, undefined, this.#unifiedHunks()));
      else if (/^\d+(?:,\d+)?[acd]\d+(?:,\d+)?$/.test(line))
        files.push(this.#file('normal', undefined, undefined, this.#normalHunks()));
      else this.#at++;
    }
    return files;
  }

  #file(form: PatchForm, oldLine: string | undefined, newLine: string | undefined, hunks: Hunk[]): FilePatch {
    const indexName = this.#indexName;
    this.#indexName = undefined;
    const isNone = (line: string | undefined) =>
      line !== undefined &&
      (nameOf(line) === '/dev/null' || /\t(?:1970-01-01|1969-12-31|Thu Jan\s+1 \d\d:\d\d:\d\d 1970)/.test(line));
    return {
      form,
      oldName: nameOf(oldLine),
      newName: nameOf(newLine),
      indexName,
      hunks,
      makes: isNone(oldLine),
      removes: isNone(newLine),
    };
  }

  #unified(): FilePatch {
    const [oldLine, newLine] = [this.#lines[this.#at]?.slice(4), this.#lines[this.#at + 1]?.slice(4)];
    this.#at += 2;
    return this.#file('unified', oldLine, newLine, this.#unifiedHunks());
  }

  #unifiedHunks(): Hunk[] {
    const hunks: Hunk[] = [];
    for (;;) {
      const head = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(this.#lines[this.#at] ?? '');
      if (!head) return hunks;
      const start = this.#at++;
      let oldLeft = Number(head[2] ?? 1);
      let newLeft = Number(head[4] ?? 1);
      const before: HunkLine[] = [];
      const after: HunkLine[] = [];
      while (oldLeft > 0 || newLeft > 0) {
        const line = this.#lines[this.#at];
        if (line === undefined || (line === '' && this.#at === this.#lines.length - 1))
          throw new PatchError(this.#at + 1, line ?? '');
        const mark = line[0] ?? ' ';
        this.#at++;
        const lacksEnd = (this.#lines[this.#at] ?? '').startsWith('\\ ');
        const entry = { text: line.slice(1), isContext: mark === ' ', lacksEnd };
        if (mark === ' ' || mark === '-') {
          before.push(entry);
          oldLeft--;
        }
        if (mark === ' ' || mark === '+') {
          after.push(entry);
          newLeft--;
        }
        if (!' -+'.includes(mark) || oldLeft < 0 || newLeft < 0) throw new PatchError(this.#at, line);
        if (lacksEnd) this.#at++;
      }
      hunks.push({
        oldStart: Number(head[1]),
        newStart: Number(head[3]),
        before,
        after,
        text: this.#lines.slice(start, this.#at),
      });
    }
  }

  #context(): FilePatch {
    const [oldLine, newLine] = [this.#lines[this.#at]?.slice(4), this.#lines[this.#at + 1]?.slice(4)];
    this.#at += 2;
    const hunks: Hunk[] = [];
    while ((this.#lines[this.#at] ?? '').startsWith('***************')) {
      const start = this.#at++;
      const oldStart = this.#rangeStart(/^\*\*\* (\d+)(?:,(\d+))? \*\*\*\*/);
      let before = this.#contextLines();
      const newStart = this.#rangeStart(/^--- (\d+)(?:,(\d+))? ----/);
      let after = this.#contextLines();
      // A side without changes is left out where the other one tells its context.
      if (before.length === 0) before = after.filter(({ isContext }) => isContext);
      if (after.length === 0) after = before.filter(({ isContext }) => isContext);
      hunks.push({ oldStart, newStart, before, after, text: this.#lines.slice(start, this.#at) });
    }
    return this.#file('context', oldLine, newLine, hunks);
  }

  #rangeStart(pattern: RegExp): number {
    const line = this.#lines[this.#at] ?? '';
    const match = pattern.exec(line);
    if (!match) throw new PatchError(this.#at + 1, line);
    this.#at++;
    return Number(match[1]);
  }

  #contextLines(): HunkLine[] {
    const lines: HunkLine[] = [];
    for (;;) {
      const line = this.#lines[this.#at] ?? '';
      if (!/^[ !+-] /.test(line) || line.startsWith('--- ')) return lines;
      this.#at++;
      const lacksEnd = (this.#lines[this.#at] ?? '').startsWith('\\ ');
      if (lacksEnd) this.#at++;
      lines.push({ text: line.slice(2), isContext: line[0] === ' ', lacksEnd });
    }
  }

  #normalHunks(): Hunk[] {
    const hunks: Hunk[] = [];
    for (;;) {
      const head = /^(\d+)(?:,(\d+))?([acd])(\d+)(?:,(\d+))?$/.exec(this.#lines[this.#at] ?? '');
      if (!head) return hunks;
      const start = this.#at++;
      const [, oldFrom, , letter, newFrom] = head;
      const before = letter === 'a' ? [] : this.#marked('< ');
      if (letter === 'c') {
        if (this.#lines[this.#at] !== '---') throw new PatchError(this.#at + 1, this.#lines[this.#at] ?? '');
        this.#at++;
      }
      const after = letter === 'd' ? [] : this.#marked('> ');
      hunks.push({
        oldStart: Number(oldFrom) + (letter === 'a' ? 1 : 0),
        newStart: Number(newFrom),
        before,
        after,
        text: this.#lines.slice(start, this.#at),
      });
    }
  }

  #marked(mark: string): HunkLine[] {
    const lines: HunkLine[] = [];
    while ((this.#lines[this.#at] ?? '').startsWith(mark)) {
      const text = (this.#lines[this.#at] as string).slice(2);
      this.#at++;
      const lacksEnd = (this.#lines[this.#at] ?? '').startsWith('\\ ');
      if (lacksEnd) this.#at++;
      lines.push({ text, isContext: false, lacksEnd });
    }
    return lines;
  }
}

function nameOf(line: string | undefined): string | undefined {
  return line?.replace(/\t.*$/s, '').replace(/\r$/, '').trimEnd();
}

/** The same patch, undone. */
export function reversed(patch: FilePatch): FilePatch {
  return {
    ...patch,
    oldName: patch.newName,
    newName: patch.oldName,
    makes: patch.removes,
    removes: patch.makes,
    hunks: patch.hunks.map((hunk) => ({
      ...hunk,
      oldStart: hunk.newStart,
      newStart: hunk.oldStart,
      before: hunk.after,
      after: hunk.before,
    })),
  };
}

export interface Applied {
  readonly lines: string[];
  readonly lacksEnd: boolean;
  /** In order of the hunks: where it went (from 1), how far from its place, and with how much fuzz; or none. */
  readonly results: readonly (HunkResult | undefined)[];
}

export interface HunkResult {
  readonly line: number;
  readonly offset: number;
  readonly fuzz: number;
}

/** Applies hunks to lines: each where it says, or else the nearest place whose lines are those of the hunk; with fuzz,
 *  without so many lines of its outer context. */
export function applyHunks(
  lines: readonly string[],
  lacksEnd: boolean,
  hunks: readonly Hunk[],
  maxFuzz: number,
): Applied {
  const out: string[] = [];
  let at = 0;
  let drift = 0;
  let endLacks = lacksEnd;
  const results: (HunkResult | undefined)[] = [];
  for (const hunk of hunks) {
    const place = findPlace(lines, hunk, at, drift, maxFuzz);
    if (!place) {
      results.push(undefined);
      continue;
    }
    const { start, fuzz, head, tail } = place;
    for (; at < start; at++) out.push(lines[at] as string);
    const after = hunk.after.slice(head, hunk.after.length - tail);
    for (const { text } of after) out.push(text);
    at = start + hunk.before.length - head - tail;
    if (at >= lines.length && tail === 0) {
      const last = hunk.after.at(-1);
      if (last) endLacks = last.lacksEnd || (last.isContext && lacksEnd);
      else if (hunk.before.at(-1)?.lacksEnd) endLacks = false;
    }
    const expected = Math.max(hunk.oldStart, 1) - 1;
    const offset = start - head - expected - 0;
    drift = offset;
    results.push({ line: out.length - after.length - head + 1, offset, fuzz });
  }
  for (; at < lines.length; at++) out.push(lines[at] as string);
  return { lines: out, lacksEnd: endLacks && out.length > 0, results };
}

interface Place {
  readonly start: number;
  readonly fuzz: number;
  readonly head: number;
  readonly tail: number;
}

function findPlace(
  lines: readonly string[],
  hunk: Hunk,
  from: number,
  drift: number,
  maxFuzz: number,
): Place | undefined {
  const { before } = hunk;
  const isContext = (line: HunkLine | undefined) => line?.isContext === true;
  let prefix = 0;
  while (isContext(before[prefix])) prefix++;
  let suffix = 0;
  while (suffix < before.length - prefix && isContext(before[before.length - 1 - suffix])) suffix++;
  const context = Math.max(prefix, suffix);
  for (let fuzz = 0; fuzz <= Math.min(maxFuzz, context); fuzz++) {
    const head = Math.max(0, fuzz + prefix - context);
    const tail = Math.max(0, fuzz + suffix - context);
    const wanted = before.slice(head, before.length - tail);
    // Without context before it, a hunk belongs to the beginning; without context behind, to the end.
    const atStart = prefix < suffix && fuzz === 0 && hunk.oldStart <= 1;
    const atEnd = suffix < prefix && fuzz === 0;
    const expected = Math.max(hunk.oldStart, 1) - 1 + drift + head;
    const last = lines.length - wanted.length;
    const fits = (start: number) => {
      if (start < from || start > last) return false;
      if (atStart && start !== head && start !== expected) return false;
      if (atEnd && start !== last) return false;
      return wanted.every(({ text }, i) => lines[start + i] === text);
    };
    if (wanted.length === 0)
      return expected >= from && expected <= lines.length ? { start: expected, fuzz, head, tail } : undefined;
    for (let distance = 0; distance <= lines.length; distance++) {
      if (fits(expected + distance)) return { start: expected + distance, fuzz, head, tail };
      if (distance > 0 && fits(expected - distance)) return { start: expected - distance, fuzz, head, tail };
    }
  }
  return undefined;
}
