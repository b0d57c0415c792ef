import { chmodSync, lutimesSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A file of a context; one whose path ends in a slash is a directory. */
export interface CaseFile {
  readonly path: string;
  /** Octal. */
  readonly mode?: string;
  readonly text?: string;
  readonly base64?: string;
  readonly link?: string;
}

/** One Dockerfile with all that it is built from. */
export interface BuildCase {
  /** Where it comes from: the recorded sessions, a table, or our own. */
  readonly source: string;
  readonly name: string;
  /** Path in the context. */
  readonly dockerfile: string;
  readonly files: readonly CaseFile[];
  readonly target?: string;
}

/** When contexts were written: before SOURCE_DATE_EPOCH, so that their times are kept. */
const CONTEXT_SEC = 1_714_979_289;

/** Writes the context, all of the same time. */
export function writeContext(folder: string, files: readonly CaseFile[]): void {
  mkdirSync(folder, { recursive: true });
  for (const { path, mode, text, base64, link } of files) {
    const target = join(folder, path);
    mkdirSync(path.endsWith('/') ? target : dirname(target), { recursive: true });
    if (link !== undefined) symlinkSync(link, target);
    else if (!path.endsWith('/'))
      writeFileSync(target, base64 === undefined ? (text ?? '') : Buffer.from(base64, 'base64'));
    if (link === undefined && mode !== undefined) chmodSync(target, Number.parseInt(mode, 8));
  }
  stamp(folder);
}

function stamp(path: string): void {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const child = join(path, entry.name);
    if (entry.isDirectory()) stamp(child);
    else lutimesSync(child, CONTEXT_SEC, CONTEXT_SEC);
  }
  lutimesSync(path, CONTEXT_SEC, CONTEXT_SEC);
}
