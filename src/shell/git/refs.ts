import { decodeName } from '../../bytes/byteName.ts';
import { isOid } from '../../git/commit.ts';
import { isDirectory } from '../../vfs/overlay/fileMode.ts';
import { makeDirectories, readdir, readFile, rmdir, statIfThere, unlink, writeFile } from '../kernel/calls.ts';
import type { Process } from '../kernel/process.ts';
import { isErrno } from '../utilities/failure.ts';
import { directoryOf } from '../utilities/paths.ts';
import { fatal } from './gitFault.ts';

export type Head =
  | { readonly kind: 'branch'; readonly ref: string; readonly branch: string; readonly oid: string | undefined }
  | { readonly kind: 'detached'; readonly oid: string };

const PREFIXES = ['', 'refs/', 'refs/tags/', 'refs/heads/', 'refs/remotes/'];
const MAX_SYMBOLIC = 5;
const MAX_REFS = 200_000;

/** Branches, tags and HEAD: files below `refs`, and `packed-refs` (gitrepository-layout(5)). */
export class Refs {
  readonly #process: Process;
  readonly #directory: string;

  constructor(process: Process, gitDirectory: string) {
    this.#process = process;
    this.#directory = gitDirectory;
  }

  async head(): Promise<Head> {
    const text = (await this.#read('HEAD')) ?? '';
    const ref = /^ref: (.+)$/.exec(text)?.[1];
    if (ref === undefined) {
      if (!isOid(text)) throw fatal('not a git repository (or any of the parent directories): .git');
      return { kind: 'detached', oid: text };
    }
    return { kind: 'branch', ref, branch: ref.replace(/^refs\/heads\//, ''), oid: await this.resolve(ref) };
  }

  /** The id that a full name stands for. */
  async resolve(ref: string): Promise<string | undefined> {
    let name = ref;
    for (let step = 0; step < MAX_SYMBOLIC; step++) {
      const text = (await this.#read(name)) ?? (await this.#packed()).get(name);
      const next = /^ref: (.+)$/.exec(text ?? '')?.[1];
      if (next === undefined) return isOid(text) ? text : undefined;
      name = next;
    }
    return undefined;
  }

  /** The full name of a short one (gitrevisions(7)), with what it stands for. */
  async find(name: string): Promise<{ readonly ref: string; readonly oid: string } | undefined> {
    const candidates = PREFIXES.map((prefix) => prefix + name);
    for (const ref of [...candidates, `refs/remotes/${name}/HEAD`]) {
      if (ref === name && !/^(refs\/|[A-Z_]+$)/.test(ref)) continue;
      const oid = await this.resolve(ref);
      if (oid !== undefined) return { ref, oid };
    }
    return undefined;
  }

  /** What a name points to when it is symbolic. */
  async symbolic(ref: string): Promise<string | undefined> {
    return /^ref: (.+)$/.exec((await this.#read(ref)) ?? '')?.[1];
  }

  /** Full names below a prefix (`refs/heads/`), sorted, with their ids. */
  async list(prefix: string): Promise<{ readonly ref: string; readonly oid: string }[]> {
    const names = new Set([...(await this.#packed()).keys()].filter((ref) => ref.startsWith(prefix)));
    this.#loose(prefix.replace(/\/$/, ''), names);
    const found: { ref: string; oid: string }[] = [];
    for (const ref of [...names].sort()) {
      const oid = await this.resolve(ref);
      if (oid !== undefined) found.push({ ref, oid });
    }
    return found;
  }

  #loose(path: string, names: Set<string>): void {
    const found = statIfThere(this.#process, `${this.#directory}/${path}`);
    if (!found || names.size > MAX_REFS) return;
    if (!isDirectory(found.mode)) {
      if (!path.endsWith('.lock')) names.add(path);
      return;
    }
    for (const { name } of readdir(this.#process, `${this.#directory}/${path}`)) this.#loose(`${path}/${name}`, names);
  }

  async write(ref: string, oid: string): Promise<void> {
    const path = `${this.#directory}/${ref}`;
    makeDirectories(this.#process, directoryOf(path));
    await writeFile(this.#process, path, `${oid}\n`);
  }

  async point(ref: string, target: string): Promise<void> {
    const path = `${this.#directory}/${ref}`;
    makeDirectories(this.#process, directoryOf(path));
    await writeFile(this.#process, path, `ref: ${target}\n`);
  }

  /** Directories that become empty go with it. */
  async delete(ref: string): Promise<void> {
    const path = `${this.#directory}/${ref}`;
    if (statIfThere(this.#process, path)) unlink(this.#process, path);
    const packed = await this.#packedText();
    if (packed !== undefined) {
      const lines = packed.split('\n');
      const at = lines.findIndex((line) => line.slice(41) === ref);
      if (at >= 0) {
        lines.splice(at, lines[at + 1]?.startsWith('^') ? 2 : 1);
        await writeFile(this.#process, `${this.#directory}/packed-refs`, lines.join('\n'));
      }
    }
    const stop = ref.split('/').slice(0, 2).join('/');
    for (let at = directoryOf(ref); at.length > stop.length; at = directoryOf(at)) {
      try {
        rmdir(this.#process, `${this.#directory}/${at}`);
      } catch (error) {
        if (isErrno(error, 'ENOTEMPTY', 'ENOENT')) return;
        throw error;
      }
    }
  }

  looseObjects(prefix: string): string[] {
    const folder = prefix.slice(0, 2);
    const path = `${this.#directory}/objects/${folder}`;
    if (folder.length < 2 || !statIfThere(this.#process, path)) return [];
    return readdir(this.#process, path)
      .map(({ name }) => folder + name)
      .filter((oid) => isOid(oid) && oid.startsWith(prefix));
  }

  async #read(ref: string): Promise<string | undefined> {
    try {
      const path = `${this.#directory}/${ref}`;
      return decodeName(await readFile(this.#process, path, 64 * 1024)).trim();
    } catch (error) {
      if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EISDIR')) return undefined;
      throw error;
    }
  }

  #packedText(): Promise<string | undefined> {
    return readFile(this.#process, `${this.#directory}/packed-refs`).then(decodeName, (error: unknown) => {
      if (isErrno(error, 'ENOENT')) return undefined;
      throw error;
    });
  }

  async #packed(): Promise<Map<string, string>> {
    const refs = new Map<string, string>();
    for (const line of ((await this.#packedText()) ?? '').split('\n')) {
      const [, oid, ref] = /^([0-9a-f]{40}) (.+)$/.exec(line) ?? [];
      if (oid !== undefined && ref !== undefined) refs.set(ref, oid);
    }
    return refs;
  }
}

/** git-check-ref-format(1), of a branch's or tag's short name. */
export function isRefName(name: string): boolean {
  if (name === '' || name === '@' || /^[-/.]|[/.]$|\.lock$/.test(name)) return false;
  return !/\.\.|@\{|[\u0000-\u0020\u007f~^:?*[\\]|\/\/|\/\.|\.lock\//.test(name);
}
