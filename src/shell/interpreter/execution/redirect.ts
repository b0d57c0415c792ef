import { encodeName } from '../../../bytes/byteName.ts';
import { isRegular } from '../../../vfs/overlay/fileMode.ts';
import { O_APPEND, O_CREAT, O_EXCL, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY } from '../../../vfs/overlay/openFlags.ts';
import { VfsError } from '../../../vfs/vfsError.ts';
import { open, statIfThere } from '../../kernel/calls.ts';
import { errnoText } from '../../kernel/errnoText.ts';
import type { OpenFile } from '../../kernel/openFile.ts';
import { makePipe } from '../../kernel/pipe.ts';
import { expandParts, expandString, expandWords } from '../expansion/expandWord.ts';
import { ShellError } from '../shellError.ts';
import type { Shell } from '../state/shell.ts';
import type { Redirect } from '../syntax/tree.ts';
import { each, type Soon, andThen as then } from '../waiting.ts';

/** Descriptors as they were before redirections. */
export class SavedFiles {
  readonly #shell: Shell;
  readonly #saved: { readonly fd: number; readonly file: OpenFile | undefined }[] = [];

  constructor(shell: Shell) {
    this.#shell = shell;
  }

  /** Puts a file at a descriptor (undefined closes it), whose reference is taken over. */
  put(fd: number, file: OpenFile | undefined): void {
    const { files } = this.#shell.process;
    this.#saved.push({ fd, file: files.get(fd) });
    if (file) files.set(fd, file);
    else files.delete(fd);
  }

  undo(): void {
    const { files } = this.#shell.process;
    for (let i = this.#saved.length - 1; i >= 0; i--) {
      const { fd, file } = this.#saved[i] as { fd: number; file: OpenFile | undefined };
      files.get(fd)?.close();
      if (file) files.set(fd, file);
      else files.delete(fd);
    }
    this.#saved.length = 0;
  }

  /** Lets the redirections stay, as `exec` does. */
  keep(): void {
    for (const { file } of this.#saved) file?.close();
    this.#saved.length = 0;
  }
}

/** First descriptor of those that the shell chooses (`{fd}>file`). */
const FIRST_CHOSEN = 10;

/** Redirects the shell's own descriptors. Throws ShellError; what was done before is undone by `saved.undo`. */
export function applyRedirects(shell: Shell, redirects: readonly Redirect[], saved: SavedFiles): Soon<void> {
  return each(redirects, (redirect) => applyRedirect(shell, redirect, saved));
}

function applyRedirect(shell: Shell, redirect: Redirect, saved: SavedFiles): Soon<void> {
  if (redirect.kind === 'text') {
    const text: Soon<string> = redirect.word
      ? then(expandString(shell, redirect.word), (line) => `${line}\n`)
      : expandParts(shell, redirect.parts ?? []);
    return then(text, (body) => putAt(shell, redirect.fd, 0, textFile(body), saved));
  }
  return then(targetOf(shell, redirect), (target) => redirectFile(shell, redirect, target, saved));
}

function targetOf(shell: Shell, redirect: Extract<Redirect, { kind: 'file' }>): Soon<string> {
  const { target } = redirect;
  if (target.literal !== undefined && !target.hasBraces) return target.literal;
  if (!shell.isBash) return expandString(shell, target);
  return then(expandWords(shell, [target]), (fields) => {
    if (fields.length !== 1) throw new ShellError('command', `${target.text}: ambiguous redirect`);
    return fields[0] as string;
  });
}

/** A file from which the text can be read. */
function textFile(text: string): OpenFile {
  const { readEnd, writeEnd } = makePipe();
  const bytes = encodeName(text);
  // A large text waits for its reader in the pipe, whole.
  if (bytes.length > 0) Promise.resolve(writeEnd.write(bytes)).catch(() => undefined);
  writeEnd.close();
  return readEnd;
}

function redirectFile(
  shell: Shell,
  redirect: Extract<Redirect, { kind: 'file' }>,
  target: string,
  saved: SavedFiles,
): Soon<void> {
  const { operator, fd } = redirect;
  switch (operator) {
    case '<':
      return openAt(shell, target, O_RDONLY, fd, 0, saved);
    case '<>':
      return openAt(shell, target, O_RDWR | O_CREAT, fd, 0, saved);
    case '>>':
      return openAt(shell, target, O_WRONLY | O_CREAT | O_APPEND, fd, 1, saved);
    case '>':
      return then(openToWrite(shell, target), (file) => putAt(shell, fd, 1, file, saved));
    case '>|':
      return openAt(shell, target, O_WRONLY | O_CREAT | O_TRUNC, fd, 1, saved);
    case '<&':
      return duplicate(shell, target, fd, 0, saved);
    case '>&':
      if (fd === undefined && !/^(?:\d+-?|-)$/.test(target)) return both(shell, openToWrite(shell, target), saved);
      return duplicate(shell, target, fd, 1, saved);
    case '&>':
      return both(shell, openToWrite(shell, target), saved);
    case '&>>':
      return both(shell, openFile(shell, target, O_WRONLY | O_CREAT | O_APPEND), saved);
  }
}

function both(shell: Shell, opening: Soon<OpenFile>, saved: SavedFiles): Soon<void> {
  return then(opening, (file) => {
    putAt(shell, 1, 1, file, saved);
    putAt(shell, 2, 2, file.retain(), saved);
  });
}

function openAt(
  shell: Shell,
  target: string,
  flags: number,
  fd: number | string | undefined,
  usual: number,
  saved: SavedFiles,
): Soon<void> {
  return then(openFile(shell, target, flags), (file) => putAt(shell, fd, usual, file, saved));
}

function openToWrite(shell: Shell, target: string): Soon<OpenFile> {
  if (!shell.options.has('noclobber')) return openFile(shell, target, O_WRONLY | O_CREAT | O_TRUNC);
  const found = statIfThere(shell.process, target);
  if (found && isRegular(found.mode)) {
    const words = shell.isBash
      ? `${target}: cannot overwrite existing file`
      : shell.dialect === 'dash'
        ? `cannot create ${target}: File exists`
        : `can't create ${target}: File exists`;
    throw new ShellError('command', words, shell.dialect === 'dash' ? 2 : 1);
  }
  return openFile(shell, target, O_WRONLY | O_CREAT | (found ? 0 : O_EXCL));
}

const STREAMS: Readonly<Record<string, number>> = { '/dev/stdin': 0, '/dev/stdout': 1, '/dev/stderr': 2 };

function openFile(shell: Shell, target: string, flags: number): Soon<OpenFile> {
  const own = STREAMS[target] ?? Number(/^\/dev\/fd\/(\d+)$/.exec(target)?.[1] ?? Number.NaN);
  try {
    if (!Number.isNaN(own)) return shell.process.file(own).retain();
    const opening = open(shell.process, target, flags, 0o666);
    return opening instanceof Promise ? opening.catch((error) => rethrow(shell, error, target, flags)) : opening;
  } catch (error) {
    return rethrow(shell, error, target, flags);
  }
}

function rethrow(shell: Shell, error: unknown, target: string, flags: number): never {
  if (!(error instanceof VfsError) || error.code === 'EINTR') throw error;
  if (shell.isBash) throw new ShellError('command', `${target}: ${errnoText(error.code)}`);
  const creates = (flags & O_CREAT) !== 0;
  const isDash = shell.dialect === 'dash';
  const verb = isDash ? (creates ? 'cannot create' : 'cannot open') : creates ? "can't create" : "can't open";
  let words: string = errnoText(error.code);
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') {
    words = isDash
      ? creates
        ? 'Directory nonexistent'
        : 'No such file'
      : creates
        ? 'nonexistent directory'
        : 'no such file';
  }
  throw new ShellError('command', `${verb} ${target}: ${words}`, isDash ? 2 : 1);
}

function duplicate(
  shell: Shell,
  target: string,
  fd: number | string | undefined,
  usual: number,
  saved: SavedFiles,
): void {
  const { process } = shell;
  if (target === '-') {
    saved.put(descriptor(shell, fd, usual), undefined);
    return;
  }
  const match = /^(\d+)(-?)$/.exec(target);
  if (!match) {
    const words = shell.isBash ? `${target}: ambiguous redirect` : 'Bad fd number';
    throw new ShellError('command', words, shell.isBash ? 1 : 2);
  }
  const from = Number(match[1]);
  const file = process.files.get(from);
  if (!file) {
    const words =
      shell.dialect === 'ash'
        ? `dup2(${from},${typeof fd === 'number' ? fd : usual}): Bad file descriptor`
        : `${from}: Bad file descriptor`;
    throw new ShellError('command', words, shell.dialect === 'dash' ? 2 : 1);
  }
  putAt(shell, fd, usual, file.retain(), saved);
  if (match[2] === '-' && from !== fd) saved.put(from, undefined);
}

/** The descriptor that a variable names. */
function descriptor(shell: Shell, fd: number | string | undefined, usual: number): number {
  if (typeof fd !== 'string') return fd ?? usual;
  const value = shell.variables.get(fd);
  if (value === undefined || !/^\d+$/.test(value)) throw new ShellError('command', `${fd}: Bad file descriptor`);
  return Number(value);
}

function putAt(shell: Shell, fd: number | string | undefined, usual: number, file: OpenFile, saved: SavedFiles): void {
  if (typeof fd !== 'string') {
    saved.put(fd ?? usual, file);
    return;
  }
  // `{name}>…`: the descriptor stays open after the command.
  const chosen = shell.process.install(file, FIRST_CHOSEN);
  shell.variables.set(fd, String(chosen));
}
