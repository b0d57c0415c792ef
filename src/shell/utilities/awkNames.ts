import { AwkError, type Callee, type Expression, type Name, SPECIAL_NAMES, type SpecialName } from './awkSyntax.ts';

const SPECIALS = new Set<string>(SPECIAL_NAMES);

type UserCall = Expression & { kind: 'user' };

/** What the names of a program stand for: variables by their number, functions, arrays. */
export class NameTable {
  readonly functions = new Map<string, Callee>();
  readonly globals = new Map<string, number>();
  readonly arrayGlobals = new Set<number>();
  #locals: Map<string, number> | undefined;
  #callee: Callee | undefined;
  readonly #calls: { readonly call: UserCall; readonly inside: Callee | undefined }[] = [];

  constructor() {
    for (const name of ['ARGV', 'ENVIRON']) this.arrayGlobals.add(this.#global(name));
    this.#global('ARGC');
  }

  /** The body of a function begins: its parameters are names there. */
  enter(callee: Callee): void {
    this.#callee = callee;
    this.#locals = new Map(callee.parameters.map((parameter, i) => [parameter, i]));
  }

  leave(): void {
    this.#callee = undefined;
    this.#locals = undefined;
  }

  noteCall(call: UserCall): void {
    this.#calls.push({ call, inside: this.#callee });
  }

  /** When all is read. Throws AwkError for a function that is called and never defined. */
  settle(): void {
    for (const { name, body } of this.functions.values()) {
      if (!body) throw new AwkError(`function ${name} never defined`);
    }
    this.#spreadArrays();
  }

  /** Which parameters are arrays spreads through calls until nothing changes. */
  #spreadArrays(): void {
    for (let round = 0; round <= this.functions.size + 1; round++) {
      let changed = false;
      for (const { call, inside } of this.#calls) {
        for (const [i, item] of call.items.entries()) {
          if (!call.callee.arrays.has(i)) continue;
          if (item.kind === 'global' && !this.arrayGlobals.has(item.index)) {
            this.arrayGlobals.add(item.index);
            changed = true;
          }
          if (item.kind === 'local' && inside && !inside.arrays.has(item.index)) {
            inside.arrays.add(item.index);
            changed = true;
          }
        }
      }
      if (!changed) return;
    }
  }

  /** Every function may wait: calls may be nested as deep as they like, and give way in between. */
  calleeOf(name: string): Callee {
    let callee = this.functions.get(name);
    if (!callee) {
      callee = { name, parameters: [], body: undefined, arrays: new Set(), waits: true };
      this.functions.set(name, callee);
    }
    return callee;
  }

  name(name: string): Name {
    const local = this.#locals?.get(name);
    if (local !== undefined) return { kind: 'local', index: local, name };
    if (SPECIALS.has(name)) return { kind: 'special', name: name as SpecialName };
    return { kind: 'global', index: this.#global(name), name };
  }

  /** A name that is used as an array. */
  array(name: string): Name {
    const place = this.name(name);
    this.markArray(place);
    return place;
  }

  markArray(place: Name): void {
    if (place.kind === 'global') this.arrayGlobals.add(place.index);
    else if (place.kind === 'local') this.#callee?.arrays.add(place.index);
  }

  #global(name: string): number {
    let index = this.globals.get(name);
    if (index === undefined) {
      index = this.globals.size;
      this.globals.set(name, index);
    }
    return index;
  }
}
