import { GitError } from './gitError.ts';
import type { GitFilesystem } from './gitFilesystem.ts';
import type { Git } from './gitModule.ts';

export type ObjectType = 'blob' | 'tree' | 'commit' | 'tag';

export interface GitObject {
  readonly type: ObjectType;
  readonly content: Uint8Array;
}

/** The objects of one repository, by their ids of 40 hex digits: loose and packed ones (isomorphic-git). */
export class ObjectStore {
  readonly git: Git;
  readonly fs: GitFilesystem;
  readonly gitDirectory: string;
  /** Of isomorphic-git: packs that were read stay read. */
  readonly cache: object = {};
  readonly #known = new Map<string, GitObject>();

  constructor(git: Git, fs: GitFilesystem, gitDirectory: string) {
    this.git = git;
    this.fs = fs;
    this.gitDirectory = gitDirectory;
  }

  /** What isomorphic-git's calls take. */
  get place(): { fs: GitFilesystem; gitdir: string; cache: object } {
    return { fs: this.fs, gitdir: this.gitDirectory, cache: this.cache };
  }

  /** Throws GitError `ref` where there is no such object. */
  async read(oid: string): Promise<GitObject> {
    const known = this.#known.get(oid);
    if (known) return known;
    let found: { type: string; object: unknown };
    try {
      found = (await this.git.readObject({ ...this.place, oid, format: 'content' })) as typeof found;
    } catch (error) {
      if ((error as { code?: string }).code === 'NotFoundError') throw new GitError('ref', `no object ${oid}`);
      throw error;
    }
    const object: GitObject = { type: found.type as ObjectType, content: found.object as Uint8Array };
    // Trees and commits are asked for again and again.
    if (object.type !== 'blob' && this.#known.size < 20_000) this.#known.set(oid, object);
    return object;
  }

  async readAs(oid: string, type: ObjectType): Promise<Uint8Array> {
    const object = await this.read(oid);
    if (object.type !== type) throw new GitError('corrupt', `object ${oid} is a ${object.type}, not a ${type}`);
    return object.content;
  }

  write(type: ObjectType, content: Uint8Array): Promise<string> {
    return this.git.writeObject({ ...this.place, type, object: content, format: 'content' });
  }
}
