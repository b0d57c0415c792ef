import { parsePath, setPath, type JqPath } from './jqPath.ts';
import { callJq } from './jqBuiltins.ts';
import { type Definition, type Filter, type JqRunner, type Json, JqError, type Scope } from './jqSyntax.ts';
import { arithmetic, described, each, indexed, isObject, isTrue, jsonText, keysOf, typeOf } from './jqValue.ts';
import { formatJq } from './jqFormat.ts';

/** Steps of one run; a filter that takes more is ended. */
const MAX_STEPS = 20_000_000;
const MAX_DEPTH = 2_000;

/** Runs filters. One machine counts the steps of one run. */
export class JqMachine implements JqRunner {
  #steps = 0;
  #depth = 0;

  /** All that a filter gives for a value. */
  *run(filter: Filter, value: Json, scope: Scope): Generator<Json> {
    if (++this.#steps > MAX_STEPS) throw new JqError('run', 'too many steps');
    if (++this.#depth > MAX_DEPTH) throw new JqError('run', 'nested too deeply');
    try {
      yield* this.#run(filter, value, scope);
    } finally {
      this.#depth--;
    }
  }

  *#run(filter: Filter, value: Json, scope: Scope): Generator<Json> {
    switch (filter.kind) {
      case 'identity':
        yield value;
        return;
      case 'recurse':
        yield* this.recurse(value);
        return;
      case 'literal':
        yield filter.value;
        return;
      case 'text':
        yield* this.#text(filter.parts, 0, '', filter.format, value, scope);
        return;
      case 'format':
        yield formatJq(filter.name, value);
        return;
      case 'index':
        for (const from of this.run(filter.from, value, scope))
          for (const key of this.run(filter.key, value, scope))
            yield isObject(key) ? slice(from, key.get('start') ?? null, key.get('end') ?? null) : indexed(from, key);
        return;
      case 'slice':
        for (const from of this.run(filter.from, value, scope)) {
          for (const high of filter.high ? this.run(filter.high, value, scope) : [null]) {
            for (const low of filter.low ? this.run(filter.low, value, scope) : [null]) yield slice(from, low, high);
          }
        }
        return;
      case 'each':
        for (const from of this.run(filter.from, value, scope)) yield* each(from);
        return;
      case 'try':
        yield* this.#try(filter, value, scope);
        return;
      case 'negate':
        for (const item of this.run(filter.from, value, scope)) {
          if (typeof item !== 'number') throw new JqError('run', `${described(item)} cannot be negated`);
          yield -item;
        }
        return;
      case 'pipe':
        for (const item of this.run(filter.left, value, scope)) yield* this.run(filter.right, item, scope);
        return;
      case 'comma':
        yield* this.run(filter.left, value, scope);
        yield* this.run(filter.right, value, scope);
        return;
      case 'and':
      case 'or':
        for (const left of this.run(filter.left, value, scope)) {
          if (isTrue(left) === (filter.kind === 'or')) yield filter.kind === 'or';
          else for (const right of this.run(filter.right, value, scope)) yield isTrue(right);
        }
        return;
      case 'alternative':
        yield* this.#alternative(filter, value, scope);
        return;
      case 'binary':
        for (const right of this.run(filter.right, value, scope))
          for (const left of this.run(filter.left, value, scope)) yield arithmetic(filter.operator, left, right);
        return;
      case 'update':
        yield* this.#update(filter, value, scope);
        return;
      case 'array':
        yield filter.item ? [...this.run(filter.item, value, scope)] : [];
        return;
      case 'object':
        yield* this.#object(filter.entries, 0, new Map(), value, scope);
        return;
      case 'if':
        for (const test of this.run(filter.test, value, scope)) {
          const chosen = isTrue(test) ? filter.yes : filter.no;
          if (chosen) yield* this.run(chosen, value, scope);
          else yield value;
        }
        return;
      case 'bind':
        for (const item of this.run(filter.from, value, scope))
          yield* this.run(filter.body, value, withVariable(scope, filter.name, item));
        return;
      case 'variable':
        yield this.#variable(filter.name, scope);
        return;
      case 'reduce': {
        for (const start of this.run(filter.start, value, scope)) {
          let state: Json = start;
          for (const item of this.run(filter.from, value, scope)) {
            let next: Json = null;
            for (const one of this.run(filter.update, state, withVariable(scope, filter.name, item))) next = one;
            state = next;
          }
          yield state;
        }
        return;
      }
      case 'call':
        yield* this.#call(filter, value, scope);
        return;
      case 'define': {
        const definition: Definition = { parameters: filter.parameters, body: filter.body, scope };
        const key = `${filter.name}/${filter.parameters.length}`;
        const inner: Scope = { parent: scope, variables: new Map(), functions: new Map([[key, definition]]) };
        // A function knows itself.
        definition.scope = inner;
        yield* this.run(filter.rest, value, inner);
      }
    }
  }

  *recurse(value: Json): Generator<Json> {
    yield value;
    if (typeof value !== 'object' || value === null) return;
    for (const item of each(value)) yield* this.recurse(item);
  }

  *#text(
    parts: readonly (string | Filter)[],
    at: number,
    before: string,
    format: string | undefined,
    value: Json,
    scope: Scope,
  ): Generator<Json> {
    const part = parts[at];
    if (part === undefined) {
      yield before;
      return;
    }
    if (typeof part === 'string') {
      yield* this.#text(parts, at + 1, before + part, format, value, scope);
      return;
    }
    for (const item of this.run(part, value, scope)) {
      const shown = format ? (formatJq(format, item) as string) : typeof item === 'string' ? item : jsonText(item);
      yield* this.#text(parts, at + 1, before + shown, format, value, scope);
    }
  }

  *#object(
    entries: readonly { readonly key: Filter; readonly value: Filter }[],
    at: number,
    made: ReadonlyMap<string, Json>,
    value: Json,
    scope: Scope,
  ): Generator<Json> {
    const entry = entries[at];
    if (!entry) {
      yield made;
      return;
    }
    for (const key of this.run(entry.key, value, scope)) {
      if (typeof key !== 'string') throw new JqError('run', `Object keys must be strings`);
      for (const item of this.run(entry.value, value, scope))
        yield* this.#object(entries, at + 1, new Map(made).set(key, item), value, scope);
    }
  }

  *#try(filter: Filter & { from: Filter; handler?: Filter | undefined }, value: Json, scope: Scope): Generator<Json> {
    try {
      yield* this.run(filter.from, value, scope);
    } catch (error) {
      if (!(error instanceof JqError) || error.message === 'break') throw error;
      if (filter.handler) yield* this.run(filter.handler, error.value ?? error.message, scope);
    }
  }

  *#alternative(filter: Filter & { left: Filter; right: Filter }, value: Json, scope: Scope): Generator<Json> {
    let hasAny = false;
    try {
      for (const item of this.run(filter.left, value, scope)) {
        if (!isTrue(item)) continue;
        hasAny = true;
        yield item;
      }
    } catch (error) {
      if (!(error instanceof JqError)) throw error;
    }
    if (!hasAny) yield* this.run(filter.right, value, scope);
  }

  *#update({ operator, left, right }: Filter & { kind: 'update' }, value: Json, scope: Scope): Generator<Json> {
    const paths = [...this.paths(left, value, scope)];
    if (operator === '|=') {
      let out = value;
      for (const path of paths) {
        const [next] = this.run(right, parsePath(out, path), scope);
        if (next !== undefined) out = setPath(out, path, next);
      }
      yield out;
      return;
    }
    for (const item of this.run(right, value, scope)) {
      let out = value;
      for (const path of paths) {
        const before = parsePath(out, path);
        const after =
          operator === '='
            ? item
            : operator === '//='
              ? isTrue(before)
                ? before
                : item
              : arithmetic(operator.slice(0, -1), before, item);
        out = setPath(out, path, after);
      }
      yield out;
    }
  }

  /** Where the values lie that a filter gives. */
  *paths(filter: Filter, value: Json, scope: Scope, at: JqPath = []): Generator<JqPath> {
    switch (filter.kind) {
      case 'identity':
        yield at;
        return;
      case 'index':
        for (const path of this.paths(filter.from, value, scope, at))
          for (const key of this.run(filter.key, value, scope)) yield [...path, key];
        return;
      case 'each':
        for (const path of this.paths(filter.from, value, scope, at))
          for (const key of keysOf(parsePath(value, path.slice(at.length)))) yield [...path, key];
        return;
      case 'recurse':
        yield* this.#allPaths(value, at);
        return;
      case 'pipe':
        for (const path of this.paths(filter.left, value, scope, at))
          yield* this.paths(filter.right, parsePath(value, path.slice(at.length)), scope, path);
        return;
      case 'comma':
        yield* this.paths(filter.left, value, scope, at);
        yield* this.paths(filter.right, value, scope, at);
        return;
      case 'if':
        for (const test of this.run(filter.test, value, scope)) {
          const chosen = isTrue(test) ? filter.yes : filter.no;
          if (chosen) yield* this.paths(chosen, value, scope, at);
          else yield at;
        }
        return;
      case 'try':
        try {
          yield* this.paths(filter.from, value, scope, at);
        } catch (error) {
          if (!(error instanceof JqError)) throw error;
        }
        return;
      case 'call':
        if (filter.name === 'select' && filter.items[0]) {
          for (const test of this.run(filter.items[0], value, scope)) if (isTrue(test)) yield at;
          return;
        }
        if (filter.name === 'empty') return;
        if (filter.name === 'first' && filter.items.length === 0) {
          yield [...at, 0];
          return;
        }
        if (filter.name === 'last' && filter.items.length === 0) {
          yield [...at, -1];
          return;
        }
        break;
      default:
        break;
    }
    throw new JqError('run', 'Invalid path expression');
  }

  *#allPaths(value: Json, at: JqPath): Generator<JqPath> {
    yield at;
    if (typeof value !== 'object' || value === null) return;
    for (const key of keysOf(value)) yield* this.#allPaths(indexed(value, key), [...at, key]);
  }

  #variable(name: string, scope: Scope): Json {
    for (let at: Scope | undefined = scope; at; at = at.parent) {
      const value = at.variables.get(name);
      if (value !== undefined) return value;
    }
    throw new JqError('compile', `${name.replace('$', '$')} is not defined at <top-level>, line 1:`);
  }

  *#call(filter: Filter & { kind: 'call' }, value: Json, scope: Scope): Generator<Json> {
    const key = `${filter.name}/${filter.items.length}`;
    for (let at: Scope | undefined = scope; at; at = at.parent) {
      const found = at.functions.get(key);
      if (!found) continue;
      if ('filter' in found) yield* this.run(found.filter, value, found.scope);
      else yield* this.#callDefined(found, filter.items, 0, value, scope, found.scope);
      return;
    }
    yield* callJq(this, filter, value, scope);
  }

  *#callDefined(
    definition: Definition,
    items: readonly Filter[],
    at: number,
    value: Json,
    scope: Scope,
    inner: Scope,
  ): Generator<Json> {
    const parameter = definition.parameters[at];
    const item = items[at];
    if (parameter === undefined || !item) {
      yield* this.run(definition.body, value, inner);
      return;
    }
    if (!parameter.startsWith('$')) {
      const functions = new Map([[`${parameter}/0`, { filter: item, scope }]]);
      yield* this.#callDefined(definition, items, at + 1, value, scope, {
        parent: inner,
        variables: new Map(),
        functions,
      });
      return;
    }
    for (const one of this.run(item, value, scope))
      yield* this.#callDefined(definition, items, at + 1, value, scope, withVariable(inner, parameter, one));
  }
}

function withVariable(parent: Scope, name: string, value: Json): Scope {
  return { parent, variables: new Map([[name, value]]), functions: new Map() };
}

function slice(from: Json, low: Json, high: Json): Json {
  if (from === null) return null;
  if (typeof from !== 'string' && !Array.isArray(from))
    throw new JqError('run', `Cannot index ${typeOf(from)} with object`);
  const [start, end] = [
    low === null ? undefined : Math.floor(Number(low)),
    high === null ? undefined : Math.ceil(Number(high)),
  ];
  return typeof from === 'string' ? [...from].slice(start, end).join('') : from.slice(start, end);
}
