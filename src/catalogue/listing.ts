/** An object of a package or image as the catalogue knows it: no content. */
export interface ListedEntry {
  /** directory, file, symbolic link, hard link */
  readonly kind: 'd' | 'f' | 'l' | 'h';
  /** Without a leading slash. Strings as of `bytes/byteName.ts`. */
  readonly path: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly sizeBytes: number;
  /** Of links; of a hard link a path like `path`. */
  readonly target?: string;
}

const USUAL_MODE = { d: 0o755, f: 0o644, l: 0o777, h: 0o644 } as const;

/** Reads what `scripts/catalogue/packListing.mjs` wrote: a line an entry, paths cut where they repeat the one before. */
export function* readListing(text: string): Generator<ListedEntry> {
  let last = '';
  let at = 0;
  while (at < text.length) {
    const newline = text.indexOf('\n', at);
    const line = text.slice(at, newline < 0 ? text.length : newline);
    at = newline < 0 ? text.length : newline + 1;
    if (line === '') continue;
    const kind = line[0] as ListedEntry['kind'];
    const space = line.indexOf(' ');
    const [name, size = '', mode = '', owner = ''] = line.slice(space + 1).split('\t') as [string, ...string[]];
    const arrow = kind === 'l' || kind === 'h' ? name.indexOf(' -> ') : -1;
    const shared = Number.parseInt(line.slice(1, space), 36);
    const path = last.slice(0, shared) + (arrow < 0 ? name : name.slice(0, arrow));
    last = path;
    const [uid = '0', gid = '0'] = owner.split(':');
    yield {
      kind,
      path,
      mode: mode === '' ? USUAL_MODE[kind] : Number.parseInt(mode, 8),
      uid: Number(uid) || 0,
      gid: Number(gid) || 0,
      sizeBytes: Number(size) || 0,
      ...(arrow >= 0 && { target: name.slice(arrow + 4) }),
    };
  }
}
