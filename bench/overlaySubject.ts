export const OPERATIONS = [
  'stat',
  'readdir',
  'read',
  'create',
  'overwrite',
  'rename',
  'copyUp',
  'snapshot',
  'seal',
] as const;
export type Operation = (typeof OPERATIONS)[number];

/** What the bench asks of each union that can be written to. Results are summed so that no work can be left out. */
export interface OverlaySubject {
  /** Size in bytes. */
  stat(path: string): number;
  /** Number of names. */
  readdir(path: string): number;
  /** Bytes read. */
  read(path: string): number;
  /** Makes a file in a directory that is there. */
  create(path: string, body: Uint8Array): void;
  /** Replaces what a file holds. */
  overwrite(path: string, body: Uint8Array): void;
  rename(from: string, to: string): void;
  /** Writes the first byte of a file that a lower layer has. */
  copyUp?: (path: string) => void;
  /** All that was changed, kept as it is now. */
  snapshot?: () => unknown;
  /** All that was changed, as a tar; gives the number of files in it. */
  seal?: () => number | Promise<number>;
  close(): void;
}

/** The calls of node:fs that the peers copy. */
export interface SyncFs {
  mkdirSync(path: string, options?: { readonly recursive: boolean }): unknown;
  writeFileSync(path: string, data: Uint8Array, options?: { readonly flag: string }): void;
  statSync(path: string): unknown;
  readdirSync(path: string): readonly unknown[];
  readFileSync(path: string): unknown;
  renameSync(from: string, to: string): void;
  openSync(path: string, flags: string): number;
  writeSync(fd: number, bytes: Uint8Array, offset: number, length: number, position: number): number;
  closeSync(fd: number): void;
}

/** The calls that all who speak as node:fs does have alike, below a directory. */
export function nodeCalls(fs: SyncFs, root = ''): Omit<OverlaySubject, 'close'> {
  return {
    stat: (path) => Number((fs.statSync(root + path) as { size: number | bigint }).size),
    readdir: (path) => fs.readdirSync(root + path).length,
    read: (path) => (fs.readFileSync(root + path) as Uint8Array).length,
    create: (path, body) => fs.writeFileSync(root + path, body, { flag: 'wx' }),
    overwrite: (path, body) => fs.writeFileSync(root + path, body),
    rename: (from, to) => fs.renameSync(root + from, root + to),
  };
}

const FIRST_BYTE = Uint8Array.of(0x21);

export function writeFirstByte(fs: SyncFs, path: string): void {
  const fd = fs.openSync(path, 'r+');
  fs.writeSync(fd, FIRST_BYTE, 0, 1, 0);
  fs.closeSync(fd);
}

/** Throws when a tar is too short for what is to be in it. */
export function requireTarOf(files: number, bytes: number): void {
  if (files === 0 || bytes < files * (512 + 512)) throw new Error(`a tar of ${files} files has ${bytes} bytes`);
}
