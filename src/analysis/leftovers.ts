import { joinBytes } from '../bytes/joinBytes.ts';
import { printableName } from '../bytes/byteName.ts';
import type { Work } from '../bytes/platform.ts';
import type { HistoryEntry, ImageConfig } from '../image/config.ts';
import { EntryKind, type LayerTree } from '../vfs/layerTree.ts';
import { passContents } from './contentPass.ts';
import type { LayerContents } from './layerContents.ts';
import { judgeName, type LeftoverKind, type NameVerdict } from './leftoverNames.ts';
import { Pace } from './pace.ts';
import { findSecrets, findSecretsInVariable } from './secretPatterns.ts';
import { storedBytes } from './storedBytes.ts';
import { NO_LAYER, type StackTimeline } from './timeline.ts';

/** A secret, or something that a build should not have left in the image. */
export interface Leftover {
  readonly kind: LeftoverKind;
  /** Empty for what the config or its history says. */
  readonly path: string;
  /** Position in the stack; NO_LAYER for what the config says. */
  readonly layer: number;
  readonly entry: number;
  readonly sizeBytes: number;
  /** Deleted or superseded above, so a container does not show it, but the archive still has it. */
  readonly hidden: boolean;
  /** Of a place in a file: its byte offset. */
  readonly offset: number | undefined;
  /** A shortened excerpt, secrets masked but for their ends. */
  readonly excerpt: string | undefined;
}

/** Bytes read of one file: secrets stand in small files, or at the start. */
const MAX_READ_BYTES = 1024 * 1024;
/** Larger files without a telling name are data. */
const MAX_SCANNED_FILE_BYTES = 1024 * 1024;
/** Bytes read in all of files that only look like text. */
const SCAN_BUDGET_BYTES = 512 * 1024 * 1024;
const MAX_LEFTOVERS = 5000;
/** Nothing that people keep lies deeper; patterns over longer paths would cost too much. */
const MAX_JUDGED_PATH = 1024;
/** Places reported of one file. */
const MAX_PER_FILE = 5;

/** Secrets and leavings in all layers of an image, its environment and its history. By names, and by what files that
 *  are named like credentials or look like text hold; at most 1 MiB of a file is read, one pass a layer. Folders
 *  that are leavings as a whole (VCS, caches) are reported once, at their top. */
export async function findLeftovers(
  stack: StackTimeline,
  contents: LayerContents,
  config: ImageConfig | undefined,
  work: Work,
): Promise<readonly Leftover[]> {
  const found: Leftover[] = config ? leftoversOfConfig(config) : [];
  const pace = new Pace(work.signal);
  let budget = SCAN_BUDGET_BYTES;
  for (const [layer, tree] of stack.layers.entries()) {
    if (!tree || found.length >= MAX_LEFTOVERS) continue;
    const scan = new LayerScan(stack, layer, tree, found);
    budget = await scan.judgeNames(pace, budget);
    await scan.readCandidates(contents, work);
  }
  return found.slice(0, MAX_LEFTOVERS);
}

class LayerScan {
  readonly #stack: StackTimeline;
  readonly #layer: number;
  readonly #tree: LayerTree;
  readonly #found: Leftover[];
  /** Files to read, with what their name says. */
  readonly #candidates = new Map<number, NameVerdict>();

  constructor(stack: StackTimeline, layer: number, tree: LayerTree, found: Leftover[]) {
    this.#stack = stack;
    this.#layer = layer;
    this.#tree = tree;
    this.#found = found;
  }

  /** Goes through directories top down, so that a path is put together once a directory. Returns what is left of
   *  the budget. */
  async judgeNames(pace: Pace, budgetBytes: number): Promise<number> {
    const tree = this.#tree;
    let budget = budgetBytes;
    const open: { directory: number; path: string }[] = [{ directory: 0, path: '' }];
    for (let at = open.pop(); at; at = open.pop()) {
      const first = tree.firstChild(at.directory);
      const end = first + tree.childCount(at.directory);
      for (let entry = first; entry < end; entry++) {
        if (pace.step()) await pace.rest();
        const kind = tree.kind(entry);
        if (kind !== EntryKind.file && kind !== EntryKind.directory) continue;
        const path = at.path === '' ? tree.name(entry) : `${at.path}/${tree.name(entry)}`;
        if (path.length > MAX_JUDGED_PATH) continue;
        const size = kind === EntryKind.file ? storedBytes(tree, entry) : 0;
        const verdict = judgeName(path, kind === EntryKind.directory);
        if (verdict?.whole) {
          if (kind === EntryKind.file && size === 0) continue;
          this.#report(verdict.kind, path, entry, kind === EntryKind.directory ? this.#subtreeBytes(entry) : size);
          continue;
        }
        if (kind === EntryKind.directory) open.push({ directory: entry, path });
        else if (size > 0 && !tree.isHardLink(entry) && verdict) {
          if (verdict.kind !== undefined) this.#candidates.set(entry, verdict);
          else if (size <= MAX_SCANNED_FILE_BYTES && size <= budget) {
            budget -= size;
            this.#candidates.set(entry, verdict);
          }
        }
      }
    }
    return budget;
  }

  async readCandidates(contents: LayerContents, work: Work): Promise<void> {
    if (this.#candidates.size === 0) return;
    const entries = [...this.#candidates.keys()];
    const request = { layer: this.#layer, tree: this.#tree, entries, maxBytesPerFile: MAX_READ_BYTES };
    let gathered: Uint8Array[] = [];
    const onBytes = (doneBytes: number) => work.onProgress?.({ phase: 'leftovers', doneBytes, totalBytes: undefined });
    await passContents(
      contents,
      request,
      (piece) => {
        if (piece.offset === 0) gathered = [];
        if (piece.offset === 0 && looksBinary(piece.bytes)) {
          this.#reportUnread(piece.entry);
          return 'enough';
        }
        // A piece is gone after the call; the last one is looked at within it.
        gathered.push(piece.isLast ? piece.bytes : piece.bytes.slice());
        if (piece.isLast) this.#lookInto(piece.entry, joinAll(gathered));
        return this.#found.length >= MAX_LEFTOVERS ? 'stop' : 'more';
      },
      { signal: work.signal, onBytes },
    );
  }

  /** Of a file that is no text only the name speaks, unless the content should have borne it out. */
  #reportUnread(entry: number): void {
    const verdict = this.#candidates.get(entry);
    if (!verdict || verdict.confirm) return;
    this.#report(verdict.kind, this.#tree.path(entry), entry, storedBytes(this.#tree, entry));
  }

  #lookInto(entry: number, bytes: Uint8Array): void {
    const tree = this.#tree;
    const verdict = this.#candidates.get(entry) as NameVerdict;
    // Latin-1 keeps one character a byte, so places in the text are byte offsets.
    const text = latin1(bytes);
    const path = tree.path(entry);
    const size = storedBytes(tree, entry);
    if (verdict.confirm && !verdict.confirm.test(text)) return;
    const secrets = findSecrets(text, MAX_PER_FILE);
    for (const secret of secrets) {
      this.#report(secret.kind, path, entry, size, secret.offset, secret.excerpt);
    }
    const isTold = secrets.some((secret) => secret.kind === verdict.kind);
    if (verdict.kind !== undefined && !isTold) this.#report(verdict.kind, path, entry, size);
  }

  #report(
    kind: LeftoverKind | undefined,
    path: string,
    entry: number,
    sizeBytes: number,
    offset?: number,
    excerpt?: string,
  ): void {
    if (kind === undefined || this.#found.length >= MAX_LEFTOVERS) return;
    const hidden = this.#stack.timelines[this.#layer]?.hiddenBy[entry] !== NO_LAYER;
    this.#found.push({ kind, path, layer: this.#layer, entry, sizeBytes, hidden, offset, excerpt });
  }

  #subtreeBytes(directory: number): number {
    const tree = this.#tree;
    let bytes = 0;
    const open = [directory];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      const first = tree.firstChild(at);
      for (let entry = first; entry < first + tree.childCount(at); entry++) {
        if (tree.childCount(entry) > 0) open.push(entry);
        else if (!tree.isHardLink(entry)) bytes += storedBytes(tree, entry);
      }
    }
    return bytes;
  }
}

/** Secrets in the environment, and those that build arguments left in the history. */
function leftoversOfConfig(config: ImageConfig): Leftover[] {
  const found: Leftover[] = [];
  const add = (kind: LeftoverKind, excerpt: string, layer: number) => {
    const shown = printableName(excerpt);
    found.push({ kind, path: '', layer, entry: 0, sizeBytes: 0, hidden: false, offset: undefined, excerpt: shown });
  };
  for (const variable of config.config?.env ?? []) {
    const secret = findSecretsInVariable(variable);
    if (secret) add('envVariable', secret.excerpt, NO_LAYER);
  }
  let layer = -1;
  for (const step of config.history) {
    if (step.emptyLayer !== true) layer++;
    for (const excerpt of secretsOfStep(step)) add('history', excerpt, Math.max(0, layer));
  }
  return found;
}

/** Assignments in an instruction: `|1 TOKEN=… /bin/sh -c …`, ENV and ARG lines, and tokens wherever they stand. */
function secretsOfStep(step: HistoryEntry): string[] {
  const text = (step.createdBy ?? '').slice(0, MAX_READ_BYTES);
  const secrets = findSecrets(text, MAX_PER_FILE);
  const excerpts = secrets.map((secret) => secret.excerpt);
  for (const match of text.matchAll(
    /(?:^|[\s"'])([A-Za-z_]\w{0,63}=(?:"[^"]{0,512}"|'[^']{0,512}'|[^\s"']{1,512}))/g,
  )) {
    const from = match.index;
    const isTold = secrets.some(({ offset }) => offset >= from && offset < from + match[0].length);
    const secret = isTold ? undefined : findSecretsInVariable((match[1] as string).replace(/["']/g, ''));
    if (secret && !excerpts.includes(secret.excerpt)) excerpts.push(secret.excerpt);
  }
  return excerpts.slice(0, MAX_PER_FILE);
}

const SNIFF_BYTES = 4096;

/** A zero byte near the start: no text, save UTF-16, which no credential file is written in. */
function looksBinary(bytes: Uint8Array): boolean {
  const zero = bytes.indexOf(0);
  return zero >= 0 && zero < SNIFF_BYTES;
}

const LATIN1_CHUNK = 8192;

function latin1(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += LATIN1_CHUNK) {
    parts.push(String.fromCharCode(...bytes.subarray(at, at + LATIN1_CHUNK)));
  }
  return parts.join('');
}

function joinAll(parts: readonly Uint8Array[]): Uint8Array {
  const only = parts[0];
  if (only && parts.length === 1) return only;
  return joinBytes(parts);
}
