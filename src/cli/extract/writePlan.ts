import { Buffer } from 'node:buffer';
import { execFile } from 'node:child_process';
import { chmod, type FileHandle, lchown, link, lutimes, symlink, utimes } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { ByteSource } from '../../bytes/byteSource.ts';
import { EntryKind } from '../../vfs/layerTree.ts';
import { describeError } from '../describeError.ts';
import type { ExtractionPlan, PlannedEntry } from './planExtraction.ts';
import type { TargetFolder } from './targetFolder.ts';

export interface ExtractionRules {
  /** 'keep': owners and setuid bits as in the image, for root. */
  readonly owners: 'keep' | 'mine';
  /** 'make': device nodes and fifos, through the mknod program. */
  readonly specials: 'make' | 'skip';
  /** The content of a file, sparse holes left out. */
  readonly content: (planned: PlannedEntry) => Promise<ByteSource>;
  readonly signal: AbortSignal;
  readonly onFile: (planned: PlannedEntry) => void;
}

export interface ExtractionResult {
  readonly directoryCount: number;
  readonly fileCount: number;
  readonly symlinkCount: number;
  readonly specialCount: number;
  readonly skippedSpecialCount: number;
  readonly writtenBytes: number;
  /** What could not be written, path first. */
  readonly problems: readonly string[];
}

/** Errors after which nothing else can succeed. */
const FATAL_CODES = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EIO', 'EMFILE']);

/** Writes a plan: directories, files and hard links, special files, symlinks, and last the directories' own modes
 *  and times. An object that cannot be written is told of, and the rest goes on. */
export async function writePlan(
  plan: ExtractionPlan,
  target: TargetFolder,
  rules: ExtractionRules,
): Promise<ExtractionResult> {
  const writer = new PlanWriter(target, rules);
  const { directories, files, symlinks, specials } = plan;
  const directoryCount = await writer.each(directories, (planned) => target.makeDirectory(planned.path));
  const fileCount = await writer.each(files, (planned) => writer.file(planned));
  const made = rules.specials === 'make' ? specials : [];
  const specialCount = await writer.each(made, (planned) => writer.special(planned));
  const symlinkCount = await writer.each(symlinks, (planned) => writer.symlink(planned));
  // Deepest first: a directory without write permission, or a new time, must not be touched again.
  await writer.each([...directories].reverse(), (planned) => writer.attributes(planned));
  return {
    directoryCount,
    fileCount,
    symlinkCount,
    specialCount,
    skippedSpecialCount: specials.length - made.length,
    writtenBytes: writer.writtenBytes,
    problems: writer.problems,
  };
}

class PlanWriter {
  readonly problems: string[] = [];
  writtenBytes = 0;
  readonly #target: TargetFolder;
  readonly #rules: ExtractionRules;
  /** First written path of each inode: `layer:inode`. */
  readonly #written = new Map<string, string>();

  constructor(target: TargetFolder, rules: ExtractionRules) {
    this.#target = target;
    this.#rules = rules;
  }

  /** How many succeeded. */
  async each(list: readonly PlannedEntry[], write: (planned: PlannedEntry) => Promise<void>): Promise<number> {
    let written = 0;
    for (const planned of list) {
      this.#rules.signal.throwIfAborted();
      try {
        await write(planned);
        written++;
      } catch (error) {
        if (this.#rules.signal.aborted || FATAL_CODES.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
        this.problems.push(describeError(error, planned.path || '/'));
      }
    }
    return written;
  }

  async file(planned: PlannedEntry): Promise<void> {
    this.#rules.onFile(planned);
    const key = `${planned.layer}:${planned.tree.inode(planned.entry)}`;
    const first = this.#written.get(key);
    if (first !== undefined && (await this.#linkTo(first, planned.path))) return;
    const handle = await this.#target.createFile(planned.path);
    try {
      await this.#copyContent(planned, handle);
      if (this.#rules.owners === 'keep')
        await handle.chown(planned.tree.uid(planned.entry), planned.tree.gid(planned.entry));
      await handle.chmod(this.#mode(planned));
      const mtime = mtimeOf(planned);
      await handle.utimes(mtime, mtime);
    } finally {
      await handle.close();
    }
    this.#written.set(key, planned.path);
  }

  /** False where the file system has no (more) hard links: the file is written once more then. */
  async #linkTo(first: string, path: string): Promise<boolean> {
    const place = await this.#target.clear(path);
    try {
      await link(this.#target.place(first), place);
      return true;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? '';
      if (['EPERM', 'EMLINK', 'ENOTSUP', 'EXDEV', 'ENOSYS'].includes(code)) return false;
      throw error;
    }
  }

  /** Holes of a sparse file stay holes: a forged size costs no disk. */
  async #copyContent(planned: PlannedEntry, handle: FileHandle): Promise<void> {
    const content = await this.#rules.content(planned);
    const sizeBytes = planned.tree.sizeBytes(planned.entry);
    const extents = planned.tree.sparse(planned.entry) ?? [{ offset: 0, length: sizeBytes }];
    for (const extent of extents) {
      let position = extent.offset;
      for await (const chunk of content.slice(extent.offset, extent.length).stream()) {
        this.#rules.signal.throwIfAborted();
        await writeFully(handle, chunk, position);
        position += chunk.length;
        this.writtenBytes += chunk.length;
      }
    }
    if (planned.tree.sparse(planned.entry)) await handle.truncate(sizeBytes);
  }

  async symlink(planned: PlannedEntry): Promise<void> {
    const place = await this.#target.clear(planned.path);
    await symlink(Buffer.from(planned.tree.linkTarget(planned.entry) ?? []), place);
    if (this.#rules.owners === 'keep')
      await lchown(place, planned.tree.uid(planned.entry), planned.tree.gid(planned.entry));
    const mtime = mtimeOf(planned);
    await lutimes(place, mtime, mtime);
  }

  /** Node has no mknod(2). The program gets the path after `--` and no shell sees it. */
  async special(planned: PlannedEntry): Promise<void> {
    const { tree, entry } = planned;
    const place = (await this.#target.clear(planned.path)).toString();
    if (place.includes('\ufffd')) throw new Error('a name that is not UTF-8 cannot be handed to mknod');
    const device = tree.device(entry);
    const kind = tree.kind(entry) === EntryKind.charDevice ? 'c' : 'b';
    const node = device ? [kind, String(device.major), String(device.minor)] : ['p'];
    await promisify(execFile)('mknod', ['--mode=0600', '--', place, ...node]);
    await this.attributes(planned);
  }

  async attributes(planned: PlannedEntry): Promise<void> {
    const { tree, entry } = planned;
    if (tree.isImplicit(entry)) return chmod(this.#target.place(planned.path), 0o755);
    const place = this.#target.place(planned.path);
    if (this.#rules.owners === 'keep') await lchown(place, tree.uid(entry), tree.gid(entry));
    await chmod(place, this.#mode(planned));
    await utimes(place, mtimeOf(planned), mtimeOf(planned));
  }

  /** Without the image's owners, a setuid or setgid bit would lend out the rights of whoever extracts. */
  #mode(planned: PlannedEntry): number {
    return planned.tree.mode(planned.entry) & (this.#rules.owners === 'keep' ? 0o7777 : 0o1777);
  }
}

async function writeFully(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

function mtimeOf(planned: PlannedEntry): number {
  return planned.tree.mtimeSec(planned.entry) + planned.tree.mtimeNsec(planned.entry) / 1e9;
}
