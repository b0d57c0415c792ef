import { isDirectory, S_ISGID, S_ISUID, S_ISVTX } from '../../vfs/overlay/fileMode.ts';

/** A change of permissions as chmod(1) writes it: `755`, `u+x,go=`, `a+X`, `g=u`. */
export interface ModeChange {
  readonly clauses: readonly Clause[];
}

interface Clause {
  /** Whom it is about: bits 0700, 0070, 0007 with their special bits. */
  readonly who: number;
  /** Nobody was named: the umask counts. */
  readonly isMasked: boolean;
  readonly operation: '+' | '-' | '=';
  readonly bits: number;
  readonly copyFrom: 'u' | 'g' | 'o' | undefined;
  readonly isConditional: boolean;
  /** Numeric: a directory keeps its set-id bits unless five digits or an operator are given. */
  readonly isNumeric: boolean;
  /** Special bits that were named outright. */
  readonly mentions: number;
}

const WHO: Readonly<Record<string, number>> = {
  u: 0o700 | S_ISUID,
  g: 0o070 | S_ISGID,
  o: 0o007 | S_ISVTX,
  a: 0o7777,
};

/** Undefined for what is no mode. */
export function parseModeChange(text: string): ModeChange | undefined {
  const numeric = /^([-+=]?)([0-7]+)$/.exec(text);
  if (numeric) return numericChange(text, numeric[1] ?? '', numeric[2] ?? '');
  const clauses: Clause[] = [];
  for (const part of text.split(',')) {
    const match = /^([ugoa]*)((?:[-+=](?:[ugo]|[rwxXst]*|[0-7]+))+)$/.exec(part);
    if (!match) return undefined;
    const letters = match[1] ?? '';
    const who = [...letters].reduce((bits, letter) => bits | (WHO[letter] ?? 0), 0) || 0o7777;
    for (const [, operation = '', what = ''] of (match[2] ?? '').matchAll(/([-+=])([^-+=]*)/g))
      clauses.push(symbolicClause(who, letters === '', operation as Clause['operation'], what));
  }
  return clauses.length > 0 ? { clauses } : undefined;
}

function numericChange(text: string, operator: string, digits: string): ModeChange | undefined {
  const bits = Number.parseInt(digits, 8);
  if (bits > 0o7777) return undefined;
  const isWhole = operator !== '' || text.length > 4;
  return {
    clauses: [
      {
        who: 0o7777,
        isMasked: false,
        operation: (operator || '=') as Clause['operation'],
        bits,
        copyFrom: undefined,
        isConditional: false,
        isNumeric: true,
        mentions: isWhole ? 0o7777 : bits & (S_ISUID | S_ISGID),
      },
    ],
  };
}

function symbolicClause(who: number, isMasked: boolean, operation: Clause['operation'], what: string): Clause {
  const copyFrom = /^[ugo]$/.test(what) ? (what as 'u' | 'g' | 'o') : undefined;
  let bits = 0;
  let mentions = 0;
  if (/^[0-7]+$/.test(what)) {
    bits = Number.parseInt(what, 8) & 0o7777;
    mentions = 0o7777;
  } else if (!copyFrom) {
    for (const letter of what) {
      if (letter === 'r') bits |= 0o444;
      else if (letter === 'w') bits |= 0o222;
      else if (letter === 'x') bits |= 0o111;
      else if (letter === 's') bits |= S_ISUID | S_ISGID;
      else if (letter === 't') bits |= S_ISVTX;
    }
    mentions = bits;
  }
  const isConditional = what.includes('X');
  return { who, isMasked, operation, bits, copyFrom, isConditional, isNumeric: false, mentions };
}

/** The permission bits after the change. `mode` with its type. */
export function changedMode(change: ModeChange, mode: number, umask: number): number {
  let bits = mode & 0o7777;
  const isDir = isDirectory(mode);
  for (const clause of change.clauses) bits = applyClause(clause, bits, isDir, umask);
  return bits;
}

function applyClause(clause: Clause, mode: number, isDir: boolean, umask: number): number {
  let value = clause.bits;
  if (clause.copyFrom) {
    const shift = { u: 6, g: 3, o: 0 }[clause.copyFrom];
    value = ((mode >> shift) & 7) * 0o111;
  }
  if (clause.isConditional && (isDir || (mode & 0o111) !== 0)) value |= 0o111;
  value &= clause.who & (clause.isMasked ? ~umask : 0o7777);
  // GNU: a directory's set-id bits stay unless they are named.
  const kept = isDir ? (S_ISUID | S_ISGID) & ~clause.mentions : 0;
  switch (clause.operation) {
    case '+':
      return mode | value;
    case '-':
      return mode & ~(value & ~(clause.isNumeric ? kept : 0));
    case '=':
      return (mode & ~(clause.who & 0o7777 & ~kept)) | (value & ~kept) | (mode & kept & clause.who);
  }
}
