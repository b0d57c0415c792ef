import { isSymlink, S_IFLNK, S_IFMT } from '../../vfs/overlay/fileMode.ts';
import type { Stat } from '../../vfs/overlay/stat.ts';
import { lstat, statIfThere } from '../kernel/calls.ts';
import type { Process } from '../kernel/process.ts';

export type FollowRule = 'never' | 'operands' | 'always';

/** A file that find looks at. What a test does not ask for is not looked up. */
export class FindNode {
  readonly process: Process;
  readonly path: string;
  readonly name: string;
  /** 0 for what was named on the command line. */
  readonly depth: number;
  /** The operand that led here. */
  readonly start: string;
  readonly follows: boolean;
  isPruned = false;
  #type: number | undefined;
  #stat: Stat | undefined;
  #own: Stat | undefined;

  constructor(
    process: Process,
    place: { readonly path: string; readonly name: string; readonly depth: number; readonly start: string },
    follow: FollowRule,
    type: number | undefined,
  ) {
    this.process = process;
    this.path = place.path;
    this.name = place.name;
    this.depth = place.depth;
    this.start = place.start;
    this.follows = follow === 'always' || (follow === 'operands' && place.depth === 0);
    this.#type = type;
  }

  /** Bits of S_IFMT, links followed by the rule. */
  get type(): number {
    if (this.#type === undefined || (this.follows && this.#type === S_IFLNK)) this.#type = this.stat.mode & S_IFMT;
    return this.#type;
  }

  /** By the rule; a link that leads nowhere is itself. Throws VfsError. */
  get stat(): Stat {
    this.#stat ??= (this.follows ? statIfThere(this.process, this.path) : undefined) ?? this.own;
    return this.#stat;
  }

  /** Of the link itself. */
  get own(): Stat {
    this.#own ??= lstat(this.process, this.path);
    return this.#own;
  }

  /** Of what a link leads to; undefined where that is nothing. */
  get target(): Stat | undefined {
    return isSymlink(this.own.mode) ? statIfThere(this.process, this.path) : this.own;
  }
}
