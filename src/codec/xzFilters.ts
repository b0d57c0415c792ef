import { type BranchKind, type BranchUndo, createBranchUndo } from './branchFilters.ts';

/** Filters that made content easier to pack before LZMA2 saw it (xz-file-format 5.3.2 and 5.3.3): delta, and the
 *  branch filters of executables, without IA-64 and RISC-V. */

/** A filter as a block header tells of it. */
export type XzFilterSpec =
  | { readonly kind: 'delta'; readonly distanceBytes: number }
  | { readonly kind: BranchKind; readonly startOffset: number };

/** Undoes the filters of one block, piece by piece. */
export class XzFilterChain {
  readonly #filters: readonly Filter[];

  /** In the order of the block header: the last was applied last. */
  constructor(specs: readonly XzFilterSpec[]) {
    this.#filters = specs
      .map((spec) => (spec.kind === 'delta' ? new DeltaFilter(spec.distanceBytes) : new BranchFilter(spec)))
      .reverse();
  }

  /** Content as far as no later byte can change it. The piece itself is left alone. */
  push(piece: Uint8Array): Uint8Array {
    return this.#filters.reduce((bytes, filter) => filter.push(bytes), piece);
  }

  /** What was held back at the end of the block. */
  finish(): Uint8Array {
    let rest = new Uint8Array(0);
    for (const filter of this.#filters) {
      const ready = filter.push(rest);
      const held = filter.finish();
      rest = new Uint8Array(ready.length + held.length);
      rest.set(ready);
      rest.set(held, ready.length);
    }
    return rest;
  }
}

interface Filter {
  push(bytes: Uint8Array): Uint8Array;
  finish(): Uint8Array;
}

/** Each byte is stored as the difference to the one so far before it (5.3.3). */
class DeltaFilter implements Filter {
  readonly #last: Uint8Array;
  #position = 0;

  constructor(distanceBytes: number) {
    this.#last = new Uint8Array(distanceBytes);
  }

  push(bytes: Uint8Array): Uint8Array {
    const content = new Uint8Array(bytes.length);
    for (let i = 0; i < bytes.length; i++) {
      const byte = ((bytes[i] as number) + (this.#last[this.#position] as number)) & 0xff;
      content[i] = this.#last[this.#position] = byte;
      this.#position = (this.#position + 1) % this.#last.length;
    }
    return content;
  }

  finish(): Uint8Array {
    return new Uint8Array(0);
  }
}

/** Targets of branches are stored as absolute addresses (5.3.2). An instruction that a piece cuts waits for the next;
 *  what is left at the end was stored as it is. */
class BranchFilter implements Filter {
  readonly #undo: BranchUndo;
  #held = new Uint8Array(0);
  #position: number;

  constructor({ kind, startOffset }: { readonly kind: BranchKind; readonly startOffset: number }) {
    this.#undo = createBranchUndo(kind);
    this.#position = startOffset;
  }

  push(bytes: Uint8Array): Uint8Array {
    const content = new Uint8Array(this.#held.length + bytes.length);
    content.set(this.#held);
    content.set(bytes, this.#held.length);
    const doneBytes = this.#undo(content, this.#position);
    this.#position = (this.#position + doneBytes) >>> 0;
    this.#held = content.slice(doneBytes);
    return content.subarray(0, doneBytes);
  }

  finish(): Uint8Array {
    return this.#held;
  }
}
