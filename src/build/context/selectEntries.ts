import type { ContextFilter } from './contextFilter.ts';
import type { MatchInfo } from './patternMatcher.ts';

/** A folder that can be walked: names in the order of their bytes. */
export interface ContextTree {
  /** Entries of a directory; the path of the top is empty. */
  list(path: string): Iterable<ContextEntry> | Promise<Iterable<ContextEntry>>;
}

export interface ContextEntry {
  readonly name: string;
  readonly isDirectory: boolean;
}

export interface SelectedEntry {
  /** Relative, without a slash at the end. */
  readonly path: string;
  readonly isDirectory: boolean;
  readonly sent: boolean;
}

/** Deeper folders than this are refused by the reader of the tree, not here: the walk keeps its own stack. */
interface Level {
  readonly path: string;
  readonly info: MatchInfo | undefined;
  readonly entries: Iterator<ContextEntry>;
  /** Not yet told, told when something below is sent (BuildKit). */
  pending: boolean;
}

/** Walks a folder in the order in which the client does, and tells each entry that it looks at. */
export async function* selectEntries(tree: ContextTree, filter: ContextFilter): AsyncIterable<SelectedEntry> {
  const levels: Level[] = [await level(tree, '', undefined)];
  for (let here = levels.at(-1); here; here = levels.at(-1)) {
    const next = here.entries.next();
    if (next.done === true) {
      levels.pop();
      if (here.pending) yield { path: here.path, isDirectory: true, sent: false };
      continue;
    }
    const { name, isDirectory } = next.value;
    const path = here.path === '' ? name : `${here.path}/${name}`;
    const verdict = filter.judge(path, { isDirectory, parent: here.info });
    if (verdict.sent) {
      for (const above of levels) {
        if (!above.pending) continue;
        above.pending = false;
        yield { path: above.path, isDirectory: true, sent: true };
      }
    }
    // BuildKit sends a directory that is left out if something below it is sent: that is known only later.
    const waits = !verdict.sent && verdict.walked && filter.client !== 'classic';
    if (!waits) yield { path, isDirectory, sent: verdict.sent };
    if (verdict.walked) levels.push({ ...(await level(tree, path, verdict.info)), pending: waits });
  }
}

async function level(tree: ContextTree, path: string, info: MatchInfo | undefined): Promise<Level> {
  const entries = (await tree.list(path))[Symbol.iterator]();
  return { path, info, entries, pending: false };
}
