import { isDirectory, isRegular } from '../../vfs/overlay/fileMode.ts';
import { O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY } from '../../vfs/overlay/openFlags.ts';
import type { Stat } from '../../vfs/overlay/stat.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { chmod, mkdir, open, readdir, stat, statIfThere, utimes } from '../kernel/calls.ts';
import type { OpenFile } from '../kernel/openFile.ts';
import type { Process } from '../kernel/process.ts';
import { causeOf } from './failure.ts';
import { humanSize } from './humanSize.ts';
import { joinPath, lastComponent } from './paths.ts';

/** The two ends of a copy speak lines and bytes to each other. */
export interface CopyChannel {
  /** Without its newline; undefined at the end. Throws VfsError E2BIG for one that is too long. */
  line(limitBytes: number): Promise<string | undefined>;
  /** Up to that many; none at the end. */
  bytes(maxBytes: number): Promise<Uint8Array>;
  write(data: Uint8Array | string): Promise<void>;
}

export interface CopyForm {
  readonly isRecursive: boolean;
  readonly keepsTimes: boolean;
  readonly showsProgress: boolean;
}

const MAX_LINE_BYTES = 8192;
const MAX_DEPTH = 1024;
const CHUNK_BYTES = 65_536;
const WELL = '\0';
const NANOSECONDS = 1000;

/** The other side refuses, or is gone. */
class CopyEnded extends Error {}

/** Sends files as rcp's source does: `T` times, `C` a file, `D` a directory, `E` its end. Gives the status. */
export async function sendFiles(
  process: Process,
  paths: readonly string[],
  channel: CopyChannel,
  form: CopyForm,
): Promise<number> {
  let status = 0;
  try {
    await answered(process, channel);
    for (const path of paths) status = Math.max(status, await sendOne(process, path, channel, form, 0));
  } catch (error) {
    if (!(error instanceof CopyEnded) && !(error instanceof VfsError && error.code === 'EPIPE')) throw error;
    status = 1;
  }
  return status;
}

/** Throws CopyEnded where no answer comes; tells what the other side says. Gives whether it takes it. */
async function answered(process: Process, channel: CopyChannel): Promise<boolean> {
  const [code] = await channel.bytes(1);
  if (code === undefined) throw new CopyEnded();
  if (code === 0) return true;
  const words = await channel.line(MAX_LINE_BYTES);
  await process.write(2, `${words ?? ''}\n`);
  if (code === 2) throw new CopyEnded();
  return false;
}

async function sendOne(
  process: Process,
  path: string,
  channel: CopyChannel,
  form: CopyForm,
  depth: number,
): Promise<number> {
  const found = statIfThere(process, path);
  const refuse = async (words: string) => {
    await process.write(2, `scp: ${words}\n`);
    return 1;
  };
  if (!found) return refuse(`${path}: No such file or directory`);
  if (isDirectory(found.mode) && form.isRecursive) return sendDirectory(process, path, found, channel, form, depth);
  if (!isRegular(found.mode)) return refuse(`${path}: not a regular file`);
  if (form.keepsTimes && !(await sendTimes(process, found, channel))) return 1;
  const file = await open(process, path, O_RDONLY);
  try {
    const mode = (found.mode & 0o7777).toString(8).padStart(4, '0');
    await channel.write(`C${mode} ${found.sizeBytes} ${lastComponent(path)}\n`);
    if (!(await answered(process, channel))) return 1;
    for (let left = found.sizeBytes; left > 0;) {
      const chunk = await process.waitFor(Promise.resolve(file.read(Math.min(left, CHUNK_BYTES))));
      // A file that became shorter is filled up: its length was told.
      const piece = chunk.length > 0 ? chunk : new Uint8Array(Math.min(left, CHUNK_BYTES));
      await channel.write(piece.slice());
      left -= piece.length;
      if (process.isDue) await process.pause();
    }
  } finally {
    file.close();
  }
  await channel.write(WELL);
  if (form.showsProgress) await showProgress(process, lastComponent(path), found.sizeBytes);
  return (await answered(process, channel)) ? 0 : 1;
}

async function sendTimes(process: Process, found: Stat, channel: CopyChannel): Promise<boolean> {
  const { mtime, atime } = found;
  const micro = (nsec: number) => Math.floor(nsec / NANOSECONDS);
  await channel.write(`T${mtime.sec} ${micro(mtime.nsec)} ${atime.sec} ${micro(atime.nsec)}\n`);
  return answered(process, channel);
}

async function sendDirectory(
  process: Process,
  path: string,
  found: Stat,
  channel: CopyChannel,
  form: CopyForm,
  depth: number,
): Promise<number> {
  if (depth > MAX_DEPTH) throw new VfsError('ELOOP', 'opendir', path);
  if (form.keepsTimes && !(await sendTimes(process, found, channel))) return 1;
  await channel.write(`D${(found.mode & 0o7777).toString(8).padStart(4, '0')} 0 ${lastComponent(path)}\n`);
  if (!(await answered(process, channel))) return 1;
  let status = 0;
  for (const { name } of readdir(process, path))
    status = Math.max(status, await sendOne(process, joinPath(path, name), channel, form, depth + 1));
  await channel.write('E\n');
  return (await answered(process, channel)) ? status : 1;
}

interface Times {
  readonly mtime: { readonly sec: number; readonly nsec: number };
  readonly atime: { readonly sec: number; readonly nsec: number };
}

/** Takes files as rcp's sink does, into a directory or under a new name. What the other side names leads nowhere else.
 *  Gives the status. */
export async function receiveFiles(
  process: Process,
  target: string,
  channel: CopyChannel,
  form: CopyForm,
): Promise<number> {
  await channel.write(WELL);
  let status = 0;
  let times: Times | undefined;
  /** Directories that are entered, with what is to become of them in the end. */
  const entered: { readonly path: string; readonly mode: number; readonly times: Times | undefined }[] = [];
  for (let line = await channel.line(MAX_LINE_BYTES); line !== undefined; line = await channel.line(MAX_LINE_BYTES)) {
    const kind = line[0];
    if (kind === '\u0001' || kind === '\u0002') {
      await process.write(2, `${line.slice(1)}\n`);
      status = 1;
      if (kind === '\u0002') return status;
      continue;
    }
    if (kind === 'T') times = timesOf(line);
    else if (kind === 'E') leave(process, entered.pop());
    else {
      const [, letter, octal = '', size = '', name = ''] = /^([CD])([0-7]{4}) (\d{1,16}) (.+)$/.exec(line) ?? [];
      if (letter === undefined || name === '.' || name === '..' || name.includes('/'))
        return protocolFault(process, channel);
      const base = entered.at(-1)?.path ?? target;
      const into = statIfThere(process, base);
      const path = into && isDirectory(into.mode) ? joinPath(base, name) : base;
      const mode = Number.parseInt(octal, 8);
      if (letter === 'D') {
        if (!form.isRecursive || entered.length > MAX_DEPTH) return protocolFault(process, channel);
        const words = enter(process, path, mode);
        if (words !== undefined) {
          await channel.write(`\u0001scp: ${path}: ${words}\n`);
          return 1;
        }
        entered.push({ path, mode, times });
      } else status = Math.max(status, await takeFile(process, path, mode, Number(size), channel, { form, times }));
      times = undefined;
      if (letter === 'C') continue;
    }
    await channel.write(WELL);
  }
  return status;
}

async function protocolFault(process: Process, channel: CopyChannel): Promise<number> {
  await channel.write('\u0002scp: protocol error\n');
  await process.write(2, 'scp: protocol error\n');
  return 1;
}

function timesOf(line: string): Times | undefined {
  const match = /^T(\d{1,12}) (\d{1,6}) (\d{1,12}) (\d{1,6})$/.exec(line);
  if (!match) return undefined;
  const [mtime, mmicro, atime, amicro] = match.slice(1).map(Number) as [number, number, number, number];
  return { mtime: { sec: mtime, nsec: mmicro * NANOSECONDS }, atime: { sec: atime, nsec: amicro * NANOSECONDS } };
}

function enter(process: Process, path: string, mode: number): string | undefined {
  try {
    const found = statIfThere(process, path);
    if (!found) mkdir(process, path, mode | 0o700);
    else if (!isDirectory(found.mode)) return 'Not a directory';
    return undefined;
  } catch (error) {
    return causeOf(error);
  }
}

function leave(
  process: Process,
  directory: { path: string; mode: number; times: Times | undefined } | undefined,
): void {
  if (!directory?.times) return;
  chmod(process, directory.path, directory.mode);
  utimes(process, directory.path, directory.times.atime, directory.times.mtime);
}

async function takeFile(
  process: Process,
  path: string,
  mode: number,
  sizeBytes: number,
  channel: CopyChannel,
  { form, times }: { readonly form: CopyForm; readonly times: Times | undefined },
): Promise<number> {
  let words: string | undefined;
  const fail = (error: unknown) => {
    words ??= causeOf(error);
  };
  const file = await openTarget(process, path, mode).catch((error: unknown) => {
    fail(error);
    return undefined;
  });
  if (!file) {
    await channel.write(`\u0001scp: ${path}: ${words}\n`);
    return 1;
  }
  await channel.write(WELL);
  try {
    for (let left = sizeBytes; left > 0;) {
      const chunk = await channel.bytes(Math.min(left, CHUNK_BYTES));
      if (chunk.length === 0) throw new VfsError('EIO', 'read', path);
      left -= chunk.length;
      // After a fault the rest is read and dropped: the other side sends it anyway.
      if (words === undefined) await writePiece(file, chunk).catch(fail);
      if (process.isDue) await process.pause();
    }
  } finally {
    file.close();
  }
  await channel.bytes(1);
  if (form.keepsTimes) chmod(process, path, mode);
  if (times) utimes(process, path, times.atime, times.mtime);
  if (words === undefined && form.showsProgress)
    await showProgress(process, lastComponent(path), stat(process, path).sizeBytes);
  await channel.write(words === undefined ? WELL : `\u0001scp: ${path}: ${words}\n`);
  return words === undefined ? 0 : 1;
}

async function writePiece(file: OpenFile, piece: Uint8Array): Promise<void> {
  await file.write(piece);
}

async function openTarget(process: Process, path: string, mode: number): Promise<OpenFile> {
  return open(process, path, O_WRONLY | O_CREAT | O_TRUNC, mode);
}

/** The last state of the meter: the simulated network takes no time. */
async function showProgress(process: Process, name: string, sizeBytes: number): Promise<void> {
  const columns = process.terminal?.columns ?? 80;
  const width = Math.max(1, columns - 36);
  const size = humanSize(sizeBytes, 'gnu');
  await process.print(
    `\r${name.slice(0, width).padEnd(width)} 100% ${size.padStart(5)} ${`${size}/s`.padStart(10)}   00:00    \n`,
  );
}
