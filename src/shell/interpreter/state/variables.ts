import { ShellError } from '../shellError.ts';

export type Attribute = 'export' | 'readonly' | 'integer' | 'lower' | 'upper' | 'nameref' | 'trace';

/** A shell variable: scalar, indexed or associative array, or one that the shell computes. */
export interface Variable {
  value: string | undefined;
  /** Sparse, by index. */
  list: string[] | undefined;
  map: Map<string, string> | undefined;
  readonly attributes: Set<Attribute>;
  /** An array that was declared and never assigned to. */
  isBare?: boolean;
  /** Computed when it is read. */
  compute?: (() => string) | undefined;
  /** Told when it is assigned to. */
  assigned?: ((value: string) => void) | undefined;
  /** Whose it is to change: after a fork nobody's, until one of the two shells copies it. */
  owner?: object | undefined;
  /** Of one that the shell computes: the variables that it was made for. */
  specialOf?: Variables | undefined;
}

/** A variable that may be another shell's too. */
export interface ReadonlyVariable {
  readonly value: string | undefined;
  readonly list: readonly string[] | undefined;
  readonly map: ReadonlyMap<string, string> | undefined;
  readonly attributes: ReadonlySet<Attribute>;
  readonly isBare?: boolean;
  readonly compute?: (() => string) | undefined;
  readonly assigned?: ((value: string) => void) | undefined;
}

export function newVariable(value?: string): Variable {
  return { value, list: undefined, map: undefined, attributes: new Set() };
}

/** As bash: indexes beyond are refused. */
const MAX_INDEX = 2 ** 32 - 2;
const MAX_REFERENCES = 8;

export type Scope = Map<string, Variable>;

interface Share {
  holders: number;
}

/** The variables of a shell, with the locals of the functions that run (dynamic scope). A copy shares them: whoever
 *  changes one copies it first, so nobody may keep what a `…ToChange` or `forAssignment` gave beyond the next wait. */
export class Variables {
  readonly #scopes: Scope[];
  /** Of each scope that other shells may have, too: how many hold it. It is copied before it changes. */
  readonly #shares: (Share | undefined)[];
  /** What `Variable.owner` is of those that nobody else has. */
  #owner: object = {};
  /** Makes one of those that the shell computes; set by the shell. */
  makeSpecial: ((name: string) => Variable) | undefined;
  /** Grows when what a child would find in its environment may have changed. */
  environmentVersion = 0;

  constructor(scopes: Scope[] = [new Map()]) {
    this.#scopes = scopes;
    this.#shares = scopes.map(() => undefined);
  }

  /** A copy for a subshell. */
  copy(): Variables {
    this.#owner = {};
    const copy = new Variables([...this.#scopes]);
    for (let i = 0; i < this.#scopes.length; i++) {
      const share = this.#shares[i] ?? { holders: 1 };
      share.holders++;
      this.#shares[i] = share;
      copy.#shares[i] = share;
    }
    copy.#environment = this.#environment;
    copy.environmentVersion = this.environmentVersion;
    return copy;
  }

  /** Its shell is over: what it shared is another's alone. */
  release(): void {
    for (const share of this.#shares) if (share) share.holders--;
    this.#shares.fill(undefined);
  }

  /** A scope as one that may be changed. */
  #writable(index: number): Scope {
    const scope = this.#scopes[index] as Scope;
    const share = this.#shares[index];
    if (!share) return scope;
    this.#shares[index] = undefined;
    if (share.holders === 1) return scope;
    share.holders--;
    const own = new Map(scope);
    this.#scopes[index] = own;
    return own;
  }

  /** The variable as one that may be changed. */
  #own(index: number, name: string, variable: Variable): Variable {
    if (variable.owner === this.#owner || variable.specialOf === this) return variable;
    const own = variable.specialOf ? this.#specialLike(name, variable) : copyOf(variable);
    own.owner = this.#owner;
    this.#writable(index).set(name, own);
    return own;
  }

  #specialLike(name: string, { attributes }: Variable): Variable {
    const made = (this.makeSpecial as (name: string) => Variable)(name);
    made.specialOf = this;
    for (const attribute of attributes) made.attributes.add(attribute);
    return made;
  }

  /** Puts the variables in that the shell computes. */
  addSpecials(names: readonly string[]): void {
    for (const name of names) this.global.set(name, this.#specialLike(name, newVariable()));
  }

  get global(): Scope {
    return this.#writable(0);
  }

  get depth(): number {
    return this.#scopes.length;
  }

  pushScope(): void {
    this.#scopes.push(new Map());
    this.#shares.push(undefined);
  }

  popScope(): void {
    const scope = this.#scopes.pop();
    const share = this.#shares.pop();
    if (share) share.holders--;
    if (scope && scope.size > 0) this.environmentVersion++;
  }

  /** Pops scopes until so many are left. */
  popTo(depth: number): void {
    while (this.#scopes.length > depth) this.popScope();
  }

  /** The variable itself, references not followed. */
  findOwn(name: string): ReadonlyVariable | undefined {
    const scopes = this.#scopes;
    for (let i = scopes.length - 1; i >= 0; i--) {
      const scope = scopes[i] as Scope;
      const found = scope.get(name);
      if (found === undefined) continue;
      // One that is computed is this shell's own, even to be read.
      return found.specialOf === undefined ? found : this.#own(i, name, found);
    }
    return undefined;
  }

  /** As `findOwn`, to be changed. */
  findOwnToChange(name: string): Variable | undefined {
    const scopes = this.#scopes;
    for (let i = scopes.length - 1; i >= 0; i--) {
      const scope = scopes[i] as Scope;
      const found = scope.get(name);
      if (found !== undefined) return this.#own(i, name, found);
    }
    return undefined;
  }

  /** As `find`, to be changed. */
  findToChange(name: string): Variable | undefined {
    const found = this.findOwn(name);
    if (found === undefined) return undefined;
    return this.findOwnToChange(found.attributes.has('nameref') ? baseOf(this.resolveName(name)) : name);
  }

  /** The variable that a name means, through references. */
  find(name: string): ReadonlyVariable | undefined {
    const found = this.findOwn(name);
    if (found === undefined || !found.attributes.has('nameref')) return found;
    const target = this.resolveName(name);
    return target === name ? found : this.findOwn(baseOf(target));
  }

  /** The name at the end of a chain of references: `name` or `name[index]`. */
  resolveName(name: string): string {
    let current = name;
    for (let i = 0; i < MAX_REFERENCES; i++) {
      const found = this.findOwn(baseOf(current));
      if (!found?.attributes.has('nameref') || !found.value || found.value === current) return current;
      current = found.value;
    }
    return current;
  }

  /** A scalar's value; an array's element 0. */
  get(name: string): string | undefined {
    const found = this.find(name);
    return found && scalarOf(found);
  }

  /** Assigns as `name=value` does. Throws ShellError for a readonly one. */
  set(name: string, value: string): void {
    const variable = this.forAssignment(name);
    setScalar(variable, value);
    if (variable.attributes.has('export')) this.environmentVersion++;
  }

  /** The variable to be assigned to: made, globally, when there is none. */
  forAssignment(name: string): Variable {
    let found = this.findOwnToChange(name);
    if (found?.attributes.has('nameref')) {
      const target = this.resolveName(name);
      if (target !== name) {
        found = this.findOwnToChange(target);
        if (!found) return this.declareIn(this.global, target);
      }
    }
    if (!found) return this.declareIn(this.global, name);
    if (found.attributes.has('readonly')) throw new ShellError('expansion', `${name}: readonly variable`);
    return found;
  }

  declareIn(scope: Scope, name: string): Variable {
    const made = newVariable();
    made.owner = this.#owner;
    scope.set(name, made);
    return made;
  }

  /** A variable of the innermost function. */
  declareLocal(name: string): Variable {
    const last = this.#scopes.length - 1;
    const found = (this.#scopes[last] as Scope).get(name);
    return found ? this.#own(last, name, found) : this.declareIn(this.#writable(last), name);
  }

  declareGlobal(name: string): Variable {
    const found = (this.#scopes[0] as Scope).get(name);
    return found ? this.#own(0, name, found) : this.declareIn(this.global, name);
  }

  isLocal(name: string): boolean {
    return this.#scopes.length > 1 && (this.#scopes.at(-1) as Scope).has(name);
  }

  /** Takes the innermost variable of that name away; a local one stays as unset. Throws for a readonly one. */
  unset(name: string): void {
    for (let i = this.#scopes.length - 1; i >= 0; i--) {
      const scope = this.#scopes[i] as Scope;
      const found = scope.get(name);
      if (!found) continue;
      if (found.attributes.has('readonly')) throw new ShellError('command', `${name}: cannot unset: readonly variable`);
      if (found.attributes.has('export')) this.environmentVersion++;
      if (i > 0 && i === this.#scopes.length - 1) this.#writable(i).set(name, newVariable());
      else this.#writable(i).delete(name);
      return;
    }
  }

  /** Puts back what `findOwn` gave before a temporary assignment. */
  restore(name: string, previous: Variable | undefined, scopeDepth: number): void {
    const scope = this.#writable(Math.max(0, Math.min(scopeDepth, this.#scopes.length) - 1));
    if (previous) scope.set(name, previous);
    else scope.delete(name);
    this.environmentVersion++;
  }

  /** A variable that lasts for one command. */
  setTemporary(name: string, value: string): Variable | undefined {
    const before = this.findOwn(name);
    const scope = this.#writable(this.#scopes.length - 1);
    if (before?.attributes.has('readonly')) throw new ShellError('expansion', `${name}: readonly variable`);
    const previous = scope.get(name);
    const made = newVariable(value);
    made.owner = this.#owner;
    if (before?.assigned) {
      made.assigned = before.assigned;
      made.assigned(value);
    }
    made.attributes.add('export');
    scope.set(name, made);
    this.environmentVersion++;
    return previous;
  }

  /** All names that can be seen, sorted. */
  names(): string[] {
    const names = new Set<string>();
    for (const scope of this.#scopes) for (const name of scope.keys()) names.add(name);
    return [...names].sort();
  }

  #environment: { readonly version: number; readonly values: ReadonlyMap<string, string> } | undefined;

  /** What a child finds in its environment. */
  environment(): ReadonlyMap<string, string> {
    if (this.#environment?.version === this.environmentVersion) return this.#environment.values;
    const values = new Map<string, string>();
    for (const [i, scope] of this.#scopes.entries()) {
      for (const [name, variable] of scope) {
        if (!variable.attributes.has('export')) values.delete(name);
        else if (!variable.list && !variable.map) {
          const value = scalarOf(variable.specialOf ? this.#own(i, name, variable) : variable);
          if (value !== undefined) values.set(name, value);
        }
      }
    }
    this.#environment = { version: this.environmentVersion, values };
    return values;
  }
}

function copyOf(variable: Variable): Variable {
  return {
    ...variable,
    list: variable.list?.slice(),
    map: variable.map && new Map(variable.map),
    attributes: new Set(variable.attributes),
  };
}

function baseOf(name: string): string {
  const bracket = name.indexOf('[');
  return bracket < 0 ? name : name.slice(0, bracket);
}

export function scalarOf(variable: ReadonlyVariable): string | undefined {
  if (variable.compute) return variable.compute();
  if (variable.list) return variable.list[0];
  if (variable.map) return variable.map.get('0');
  return variable.value;
}

/** What is stored for a value: attributes change its case. Integers are evaluated by who assigns. */
function cased(variable: Variable, value: string): string {
  if (variable.attributes.size === 0) return value;
  if (variable.attributes.has('lower')) return value.toLowerCase();
  if (variable.attributes.has('upper')) return value.toUpperCase();
  return value;
}

export function setScalar(variable: Variable, value: string): void {
  const stored = cased(variable, value);
  if (variable.list) variable.list[0] = stored;
  else if (variable.map) variable.map.set('0', stored);
  else variable.value = stored;
  if (variable.assigned) variable.assigned(stored);
}

/** Makes an indexed array of it, if it is none. */
export function asList(variable: Variable): string[] {
  if (variable.list) return variable.list;
  variable.list = variable.value === undefined ? [] : [variable.value];
  variable.value = undefined;
  return variable.list;
}

/** The index that is meant; negative ones count from the end. Undefined for one that cannot be. */
export function listIndex(list: readonly string[], index: number): number | undefined {
  const at = index < 0 ? list.length + index : index;
  return at < 0 || at > MAX_INDEX ? undefined : at;
}

export function setElement(variable: Variable, index: number, value: string): void {
  asList(variable)[index] = cased(variable, value);
}

export function setMapElement(variable: Variable, key: string, value: string): void {
  if (!variable.map) variable.map = new Map();
  variable.map.set(key, cased(variable, value));
}

/** Few holes: worth a plain loop. */
const MAX_LOOP = 100_000;

/** The indexes that are set, ascending. */
export function indexesOf(list: readonly string[]): number[] {
  const indexes: number[] = [];
  if (list.length <= MAX_LOOP) {
    for (let i = 0; i < list.length; i++) if (list[i] !== undefined) indexes.push(i);
    return indexes;
  }
  for (const key of Object.keys(list)) indexes.push(Number(key));
  return indexes;
}

/** Values in the order of their indexes. */
export function elementsOf(variable: ReadonlyVariable): string[] {
  if (variable.list) {
    const { list } = variable;
    const values: string[] = [];
    if (list.length <= MAX_LOOP) {
      for (const value of list) if (value !== undefined) values.push(value);
    } else for (const index of indexesOf(list)) values.push(list[index] as string);
    return values;
  }
  if (variable.map) return hashOrder(variable.map).map((key) => variable.map?.get(key) as string);
  const value = scalarOf(variable);
  return value === undefined ? [] : [value];
}

export function keysOf(variable: ReadonlyVariable): string[] {
  if (variable.list) return indexesOf(variable.list).map(String);
  if (variable.map) return hashOrder(variable.map);
  return scalarOf(variable) === undefined ? [] : ['0'];
}

/** Buckets of bash's table for an associative array, before it grows. */
const FIRST_BUCKETS = 1024;

/** The order in which bash lists an associative array: bucket by bucket of its hash (FNV-1), later entries of a bucket
 *  first. The table grows fourfold when it holds twice as many entries as buckets. */
function hashOrder(map: ReadonlyMap<string, string>): string[] {
  let buckets = FIRST_BUCKETS;
  while (map.size > buckets * 2) buckets *= 4;
  const entries = [...map.keys()].map((key, order) => ({ key, order, bucket: hashOf(key) & (buckets - 1) }));
  entries.sort((a, b) => a.bucket - b.bucket || b.order - a.order);
  return entries.map(({ key }) => key);
}

const encoder = new TextEncoder();

function hashOf(key: string): number {
  let hash = 2166136261;
  for (const byte of encoder.encode(key)) hash = (Math.imul(hash, 16777619) ^ byte) >>> 0;
  return hash;
}
