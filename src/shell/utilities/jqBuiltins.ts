import { Regex } from '../regex/regex.ts';
import { RegexError } from '../regex/regexError.ts';
import { deletePath, parsePath, setPath } from './jqPath.ts';
import { type Filter, type JqRunner, type Json, JqError, type Scope } from './jqSyntax.ts';
import {
  arithmetic,
  compareJson,
  described,
  each,
  fromParsed,
  isObject,
  isTrue,
  jsonText,
  keysOf,
  sortedBy,
  typeOf,
} from './jqValue.ts';
import { compareNames } from './nameOrder.ts';

type Call = Filter & { kind: 'call' };

/** Functions that take their arguments as filters. */
export function* callJq(machine: JqRunner, { name, items }: Call, value: Json, scope: Scope): Generator<Json> {
  const [first, second, third] = items;
  const run = (filter: Filter, input: Json = value) => machine.run(filter, input, scope);
  const one = (filter: Filter, input: Json = value): Json => run(filter, input).next().value ?? null;
  const keysBy = (filter: Filter) => listOf(value).map((item) => [...run(filter, item)] as Json);
  switch (`${name}/${items.length}`) {
    case 'empty/0':
      return;
    case 'error/0':
    case 'error/1': {
      const told = first ? one(first) : value;
      throw new JqError('run', typeof told === 'string' ? told : `${jsonText(told)} (not a string)`, told);
    }
    case 'select/1':
      for (const test of run(first as Filter)) if (isTrue(test)) yield value;
      return;
    case 'nulls/0':
    case 'booleans/0':
    case 'numbers/0':
    case 'strings/0':
    case 'arrays/0':
    case 'objects/0':
      if (`${typeOf(value)}s` === name) yield value;
      return;
    case 'values/0':
      if (value !== null) yield value;
      return;
    case 'scalars/0':
    case 'iterables/0':
      if ((typeof value === 'object' && value !== null) === (name === 'iterables')) yield value;
      return;
    case 'map/1':
      yield [...each(value)].flatMap((item) => [...run(first as Filter, item)]);
      return;
    case 'map_values/1': {
      let out: Json = isObject(value) ? new Map() : [];
      for (const key of keysOf(value)) {
        const [next] = run(first as Filter, parsePath(value, [key]));
        if (next === undefined) continue;
        if (Array.isArray(out)) out = [...out, next];
        else out = setPath(out, [key], next);
      }
      yield out;
      return;
    }
    case 'recurse/0':
      yield* machine.recurse(value);
      return;
    case 'recurse/1':
      yield value;
      for (const item of run(first as Filter)) yield* machine.run({ kind: 'call', name, items }, item, scope);
      return;
    case 'sort_by/1':
      yield sortedBy(listOf(value), keysBy(first as Filter));
      return;
    case 'group_by/1':
    case 'unique_by/1': {
      const keys = keysBy(first as Filter);
      const groups: { key: Json; items: Json[] }[] = [];
      for (const i of sortedBy(
        keys.map((_, at) => at),
        keys,
      )) {
        const key = keys[i as number] as Json;
        const last = groups.at(-1);
        if (last && compareJson(last.key, key) === 0) last.items.push(listOf(value)[i as number] as Json);
        else groups.push({ key, items: [listOf(value)[i as number] as Json] });
      }
      yield name === 'group_by' ? groups.map((group) => group.items) : groups.map((group) => group.items[0] as Json);
      return;
    }
    case 'min_by/1':
    case 'max_by/1': {
      const ordered = sortedBy(listOf(value), keysBy(first as Filter));
      yield (name === 'min_by' ? ordered[0] : ordered.at(-1)) ?? null;
      return;
    }
    case 'any/0':
    case 'all/0':
      yield name === 'any' ? [...each(value)].some(isTrue) : [...each(value)].every(isTrue);
      return;
    case 'any/1':
    case 'all/1': {
      const tests = [...each(value)].flatMap((item) => [...run(first as Filter, item)]);
      yield name === 'any' ? tests.some(isTrue) : tests.every(isTrue);
      return;
    }
    case 'first/1':
      for (const item of run(first as Filter)) {
        yield item;
        return;
      }
      return;
    case 'last/1': {
      const all = [...run(first as Filter)];
      if (all.length > 0) yield all.at(-1) as Json;
      return;
    }
    case 'limit/2': {
      let left = Number(one(first as Filter));
      if (left <= 0) return;
      for (const item of run(second as Filter)) {
        yield item;
        if (--left <= 0) return;
      }
      return;
    }
    case 'range/1':
    case 'range/2':
    case 'range/3': {
      const [from, to, by] = [
        items.length > 1 ? Number(one(first as Filter)) : 0,
        Number(one((second ?? first) as Filter)),
        third ? Number(one(third)) : 1,
      ];
      if (by === 0) return;
      for (let i = from; by > 0 ? i < to : i > to; i += by) yield i;
      return;
    }
    case 'path/1':
      for (const path of machine.paths(first as Filter, value, scope)) yield path as Json;
      return;
    case 'paths/0':
      for (const path of machine.paths({ kind: 'recurse' }, value, scope)) if (path.length > 0) yield path as Json;
      return;
    case 'del/1': {
      const paths = [...machine.paths(first as Filter, value, scope)].sort((a, b) => compareJson(b as Json, a as Json));
      yield paths.reduce<Json>((out, path) => deletePath(out, path), value);
      return;
    }
    case 'with_entries/1': {
      const entries = (plain('to_entries', value, []) as readonly Json[]).flatMap((entry) => [
        ...run(first as Filter, entry),
      ]);
      yield plain('from_entries', entries, []);
      return;
    }
    case 'walk/1':
      yield walk(value, (item) => one(first as Filter, item));
      return;
    case 'env/0':
      yield scope.variables.get('$ENV') ?? one({ kind: 'variable', name: '$ENV' });
      return;
    default: {
      const given = items.map((item) => one(item));
      yield plain(name, value, given);
    }
  }
}

function listOf(value: Json): readonly Json[] {
  if (Array.isArray(value)) return value as readonly Json[];
  throw new JqError('run', `${described(value)} cannot be sorted, as it is not an array`);
}

function textOf(value: Json, what: string): string {
  if (typeof value !== 'string') throw new JqError('run', `${described(value)} ${what}`);
  return value;
}

function walk(value: Json, change: (item: Json) => Json): Json {
  if (Array.isArray(value)) return change((value as readonly Json[]).map((item) => walk(item, change)));
  if (isObject(value)) return change(new Map([...value].map(([key, item]) => [key, walk(item, change)])));
  return change(value);
}

const MATH: Readonly<Record<string, (value: number) => number>> = {
  floor: Math.floor,
  ceil: Math.ceil,
  round: Math.round,
  sqrt: Math.sqrt,
  fabs: Math.abs,
  abs: Math.abs,
  log: Math.log,
  log2: Math.log2,
  log10: Math.log10,
  exp: Math.exp,
};

/** Functions of values. */
function plain(name: string, value: Json, given: readonly Json[]): Json {
  const [first = null, second = null] = given;
  if (Object.hasOwn(MATH, name) && given.length === 0) {
    if (typeof value !== 'number') throw new JqError('run', `${described(value)} number required`);
    return (MATH[name] as (value: number) => number)(value);
  }
  switch (`${name}/${given.length}`) {
    case 'length/0':
      if (value === null) return 0;
      if (typeof value === 'number') return Math.abs(value);
      if (typeof value === 'string') return [...value].length;
      if (typeof value === 'boolean') throw new JqError('run', `${described(value)} has no length`);
      return isObject(value) ? value.size : (value as readonly Json[]).length;
    case 'utf8bytelength/0':
      return new TextEncoder().encode(textOf(value, 'only strings have UTF-8 byte length')).length;
    case 'not/0':
      return !isTrue(value);
    case 'keys/0':
    case 'keys_unsorted/0': {
      if (typeof value !== 'object' || value === null) throw new JqError('run', `${described(value)} has no keys`);
      const keys = keysOf(value);
      return name === 'keys' && isObject(value) ? [...keys].sort((a, b) => compareNames(String(a), String(b))) : keys;
    }
    case 'has/1':
      if (isObject(value) && typeof first === 'string') return value.has(first);
      if (Array.isArray(value) && typeof first === 'number') return first >= 0 && first < value.length;
      throw new JqError(
        'run',
        `Cannot check whether ${typeOf(value)} has a ${typeof first === 'string' ? 'string' : typeOf(first)} key`,
      );
    case 'in/1':
      return plain('has', first, [value]);
    case 'contains/1':
      return contains(value, first);
    case 'inside/1':
      return contains(first, value);
    case 'add/0':
      return [...each(value)].reduce((sum, item) => arithmetic('+', sum, item), null as Json);
    case 'type/0':
      return typeOf(value);
    case 'sort/0':
      return [...listOf(value)].sort(compareJson);
    case 'unique/0':
      return [...listOf(value)]
        .sort(compareJson)
        .filter((item, i, all) => i === 0 || compareJson(all[i - 1] as Json, item) !== 0);
    case 'reverse/0':
      return value === null
        ? []
        : typeof value === 'string'
          ? [...value].reverse().join('')
          : [...listOf(value)].reverse();
    case 'min/0':
    case 'max/0': {
      const ordered = [...listOf(value)].sort(compareJson);
      return (name === 'min' ? ordered[0] : ordered.at(-1)) ?? null;
    }
    case 'first/0':
      return listOf(value)[0] ?? null;
    case 'last/0':
      return listOf(value).at(-1) ?? null;
    case 'nth/1':
      return listOf(value)[Number(first)] ?? null;
    case 'flatten/0':
    case 'flatten/1':
      return listOf(value).flat((given.length > 0 ? Number(first) : 1000) as 1) as Json;
    case 'tostring/0':
      return typeof value === 'string' ? value : jsonText(value);
    case 'tonumber/0': {
      if (typeof value === 'number') return value;
      if (typeof value === 'string' && /^\s*-?\d+(\.\d+)?([eE][-+]?\d+)?\s*$/.test(value)) return Number(value);
      throw new JqError('run', `${described(value)} cannot be parsed as a number`);
    }
    case 'tojson/0':
      return jsonText(value);
    case 'fromjson/0':
      try {
        return fromParsed(JSON.parse(textOf(value, 'cannot be parsed as JSON')));
      } catch (error) {
        if (error instanceof JqError) throw error;
        throw new JqError('run', `${described(value)} (while parsing '${String(value)}')`);
      }
    case 'to_entries/0':
      return keysOf(value).map(
        (key) =>
          new Map<string, Json>([
            ['key', key],
            ['value', parsePath(value, [key])],
          ]),
      );
    case 'from_entries/0':
      return new Map(
        listOf(value).map((entry) => {
          const key =
            ['key', 'k', 'name', 'Name', 'Key', 'K']
              .map((field) => (isObject(entry) ? entry.get(field) : undefined))
              .find((found) => found !== undefined && found !== null && found !== false) ?? null;
          const item =
            ['value', 'v', 'Value', 'V']
              .map((field) => (isObject(entry) ? entry.get(field) : undefined))
              .find((found) => found !== undefined) ?? null;
          return [typeof key === 'string' ? key : jsonText(key), item] as const;
        }),
      );
    case 'join/1':
      return listOf(value)
        .map((item) =>
          item === null
            ? ''
            : typeof item === 'string'
              ? item
              : typeof item === 'object'
                ? String(arithmetic('+', '', item))
                : jsonText(item),
        )
        .join(textOf(first, 'cannot be a separator'));
    case 'split/1':
      return arithmetic('/', textOf(value, 'cannot be split'), first);
    case 'ascii_downcase/0':
      return textOf(value, 'only a string can be made lowercase').replace(/[A-Z]/g, (letter) => letter.toLowerCase());
    case 'ascii_upcase/0':
      return textOf(value, 'only a string can be made uppercase').replace(/[a-z]/g, (letter) => letter.toUpperCase());
    case 'startswith/1':
      return textOf(value, 'startswith() requires string inputs').startsWith(
        textOf(first, 'startswith() requires string inputs'),
      );
    case 'endswith/1':
      return textOf(value, 'endswith() requires string inputs').endsWith(
        textOf(first, 'endswith() requires string inputs'),
      );
    case 'ltrimstr/1':
      return typeof value === 'string' && typeof first === 'string' && value.startsWith(first)
        ? value.slice(first.length)
        : value;
    case 'rtrimstr/1':
      return typeof value === 'string' && typeof first === 'string' && first !== '' && value.endsWith(first)
        ? value.slice(0, -first.length)
        : value;
    case 'explode/0':
      return [...textOf(value, 'cannot be exploded')].map((character) => character.codePointAt(0) as number);
    case 'implode/0':
      return listOf(value)
        .map((code) => String.fromCodePoint(Math.min(0x10ffff, Math.max(0, Math.trunc(Number(code)) || 0))))
        .join('');
    case 'index/1':
    case 'rindex/1': {
      if (Array.isArray(value)) {
        const places = (value as readonly Json[]).flatMap((item, i) => (compareJson(item, first) === 0 ? [i] : []));
        return (name === 'index' ? places[0] : places.at(-1)) ?? null;
      }
      const at =
        typeof value === 'string' && typeof first === 'string'
          ? name === 'index'
            ? value.indexOf(first)
            : value.lastIndexOf(first)
          : -1;
      return at < 0 ? null : at;
    }
    case 'getpath/1':
      return parsePath(value, listOf(first));
    case 'setpath/2':
      return setPath(value, listOf(first), second);
    case 'test/1':
    case 'test/2':
      return regexOf(first, second).test(textOf(value, 'cannot be matched, as it is not a string'));
    case 'sub/2':
    case 'gsub/2':
      return replaced(
        textOf(value, 'cannot be matched, as it is not a string'),
        regexOf(first, null),
        textOf(second, 'is no replacement'),
        name === 'gsub',
      );
    case 'infinite/0':
      return Number.POSITIVE_INFINITY;
    case 'nan/0':
      return Number.NaN;
    default:
      throw new JqError('compile', `${name}/${given.length} is not defined at <top-level>, line 1:`);
  }
}

function regexOf(pattern: Json, flags: Json): Regex {
  const source = textOf(pattern, 'cannot be matched, as it is not a string');
  try {
    return new Regex(source, { syntax: 'perl', ignoreCase: typeof flags === 'string' && flags.includes('i') });
  } catch (error) {
    if (!(error instanceof RegexError)) throw error;
    throw new JqError('run', `${source} (at offset 0) is not a valid regex: ${error.message}`);
  }
}

function replaced(text: string, regex: Regex, by: string, isGlobal: boolean): string {
  let out = '';
  let kept = 0;
  for (let from = 0; from <= text.length;) {
    const found = regex.find(text, from);
    if (!found) break;
    out += text.slice(kept, found.start) + by;
    kept = found.end;
    from = Math.max(found.end, found.start + 1);
    if (!isGlobal) break;
  }
  return out + text.slice(kept);
}

function contains(a: Json, b: Json): boolean {
  if (isObject(a) && isObject(b))
    return [...b].every(([key, item]) => a.has(key) && contains(a.get(key) as Json, item));
  if (Array.isArray(a) && Array.isArray(b))
    return b.every((item: Json) => a.some((own: Json) => typeOf(own) === typeOf(item) && contains(own, item)));
  if (typeof a === 'string' && typeof b === 'string') return a.includes(b);
  if (typeOf(a) === typeOf(b)) return compareJson(a, b) === 0;
  throw new JqError('run', `${described(a)} and ${described(b)} cannot have their containment checked`);
}
