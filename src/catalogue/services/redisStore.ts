import type { Reply } from './redisProtocol.ts';

interface Stored {
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly expiresMs: number | undefined;
}

const OK: Reply = { kind: 'status', text: 'OK' };
const NIL: Reply = { kind: 'bulk', text: undefined };
const SYNTAX = error('ERR syntax error');
const NOT_INTEGER = error('ERR value is not an integer or out of range');
const MAX_KEYS = 1_000_000;

function error(text: string): Reply {
  return { kind: 'error', text };
}

function integer(value: number): Reply {
  return { kind: 'integer', value };
}

function bulk(text: string | undefined): Reply {
  return { kind: 'bulk', text };
}

interface Command {
  /** Words with the name; negative: at least so many. */
  readonly arity: number;
  readonly run: (store: RedisStore, given: readonly string[]) => Reply;
}

/** Strings by key, with times of expiry: Redis's strings. */
export class RedisStore {
  readonly #keys = new Map<string, Stored>();
  readonly nowMs: () => number;
  /** Writes since the last snapshot. */
  changes = 0;

  constructor(nowMs: () => number) {
    this.nowMs = nowMs;
  }

  get(key: string): Stored | undefined {
    const found = this.#keys.get(key);
    if (found?.expiresMs === undefined || found.expiresMs > this.nowMs()) return found;
    this.#keys.delete(key);
    return undefined;
  }

  set(key: string, text: string, expiresMs?: number): void {
    this.changes++;
    this.#keys.set(key, { text, expiresMs });
  }

  delete(key: string): boolean {
    if (!this.get(key)) return false;
    this.changes++;
    return this.#keys.delete(key);
  }

  clear(): void {
    this.changes += this.#keys.size;
    this.#keys.clear();
  }

  /** Those that have not expired. */
  entries(): [string, Stored][] {
    return [...this.#keys].filter(([key]) => this.get(key) !== undefined);
  }

  get isFull(): boolean {
    return this.#keys.size >= MAX_KEYS;
  }

  /** Undefined: no command of strings or keys. */
  execute(words: readonly string[]): Reply | undefined {
    const name = (words[0] ?? '').toLowerCase();
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (!command) return undefined;
    const { arity } = command;
    if (arity < 0 ? words.length < -arity : words.length !== arity)
      return error(`ERR wrong number of arguments for '${name}' command`);
    return command.run(this, words.slice(1));
  }
}

const COMMANDS: Readonly<Record<string, Command>> = {
  append: { arity: 3, run: append },
  dbsize: { arity: 1, run: (store) => integer(store.entries().length) },
  decr: { arity: 2, run: (store, [key = '']) => add(store, key, -1) },
  decrby: { arity: 3, run: (store, [key = '', by = '']) => add(store, key, -numberOf(by)) },
  del: { arity: -2, run: (store, keys) => integer(keys.filter((key) => store.delete(key)).length) },
  echo: { arity: 2, run: (_, [text]) => bulk(text) },
  exists: { arity: -2, run: (store, keys) => integer(keys.filter((key) => store.get(key)).length) },
  expire: { arity: 3, run: (store, [key = '', seconds = '']) => expire(store, key, numberOf(seconds) * 1000) },
  flushall: { arity: -1, run: flush },
  flushdb: { arity: -1, run: flush },
  get: { arity: 2, run: (store, [key = '']) => bulk(store.get(key)?.text) },
  getdel: { arity: 2, run: getAndDelete },
  incr: { arity: 2, run: (store, [key = '']) => add(store, key, 1) },
  incrby: { arity: 3, run: (store, [key = '', by = '']) => add(store, key, numberOf(by)) },
  keys: { arity: 2, run: keys },
  mget: {
    arity: -2,
    run: (store, names) => ({ kind: 'array', items: names.map((key) => bulk(store.get(key)?.text)) }),
  },
  mset: { arity: -3, run: setMany },
  persist: { arity: 2, run: persist },
  pexpire: { arity: 3, run: (store, [key = '', ms = '']) => expire(store, key, numberOf(ms)) },
  ping: { arity: -1, run: (_, [text]) => (text === undefined ? { kind: 'status', text: 'PONG' } : bulk(text)) },
  pttl: { arity: 2, run: (store, [key = '']) => timeToLive(store, key, 1) },
  rename: { arity: 3, run: rename },
  set: { arity: -3, run: set },
  setex: { arity: 4, run: (store, [key = '', seconds = '', text = '']) => set(store, [key, text, 'ex', seconds]) },
  setnx: { arity: 3, run: (store, [key = '', text = '']) => integer(set(store, [key, text, 'nx']) === OK ? 1 : 0) },
  strlen: { arity: 2, run: (store, [key = '']) => integer(store.get(key)?.text.length ?? 0) },
  ttl: { arity: 2, run: (store, [key = '']) => timeToLive(store, key, 1000) },
  type: { arity: 2, run: (store, [key = '']) => ({ kind: 'status', text: store.get(key) ? 'string' : 'none' }) },
};

/** NaN for what is no whole number. */
function numberOf(text: string): number {
  return /^-?\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
}

function add(store: RedisStore, key: string, by: number): Reply {
  const found = store.get(key);
  const sum = numberOf(found?.text ?? '0') + by;
  if (!Number.isSafeInteger(sum)) return NOT_INTEGER;
  store.set(key, String(sum), found?.expiresMs);
  return integer(sum);
}

function append(store: RedisStore, [key = '', text = '']: readonly string[]): Reply {
  const found = store.get(key);
  const whole = (found?.text ?? '') + text;
  store.set(key, whole, found?.expiresMs);
  return integer(whole.length);
}

function expire(store: RedisStore, key: string, durationMs: number): Reply {
  if (Number.isNaN(durationMs)) return NOT_INTEGER;
  const found = store.get(key);
  if (!found) return integer(0);
  store.set(key, found.text, store.nowMs() + durationMs);
  return integer(1);
}

function persist(store: RedisStore, [key = '']: readonly string[]): Reply {
  const found = store.get(key);
  if (found?.expiresMs === undefined) return integer(0);
  store.set(key, found.text);
  return integer(1);
}

function timeToLive(store: RedisStore, key: string, unitMs: number): Reply {
  const found = store.get(key);
  if (!found) return integer(-2);
  return integer(found.expiresMs === undefined ? -1 : Math.round((found.expiresMs - store.nowMs()) / unitMs));
}

function flush(store: RedisStore): Reply {
  store.clear();
  return OK;
}

function getAndDelete(store: RedisStore, [key = '']: readonly string[]): Reply {
  const found = store.get(key);
  store.delete(key);
  return bulk(found?.text);
}

function rename(store: RedisStore, [from = '', to = '']: readonly string[]): Reply {
  const found = store.get(from);
  if (!found) return error('ERR no such key');
  store.delete(from);
  store.set(to, found.text, found.expiresMs);
  return OK;
}

function setMany(store: RedisStore, given: readonly string[]): Reply {
  if (given.length % 2 !== 0) return error("ERR wrong number of arguments for 'mset' command");
  for (let i = 0; i < given.length; i += 2) store.set(given[i] as string, given[i + 1] as string);
  return OK;
}

function set(store: RedisStore, [key = '', text = '', ...options]: readonly string[]): Reply {
  const found = store.get(key);
  let expiresMs: number | undefined;
  let isAllowed = true;
  let givesOld = false;
  for (let i = 0; i < options.length; i++) {
    const option = (options[i] as string).toLowerCase();
    if (option === 'ex' || option === 'px') {
      const duration = numberOf(options[++i] ?? '');
      if (Number.isNaN(duration)) return options[i] === undefined ? SYNTAX : NOT_INTEGER;
      if (duration <= 0) return error("ERR invalid expire time in 'set' command");
      expiresMs = store.nowMs() + duration * (option === 'ex' ? 1000 : 1);
    } else if (option === 'nx') isAllowed = !found;
    else if (option === 'xx') isAllowed = found !== undefined;
    else if (option === 'keepttl') expiresMs = found?.expiresMs;
    else if (option === 'get') givesOld = true;
    else return SYNTAX;
  }
  if (store.isFull && !found) return error("OOM command not allowed when used memory > 'maxmemory'.");
  if (isAllowed) store.set(key, text, expiresMs);
  if (givesOld) return bulk(found?.text);
  return isAllowed ? OK : NIL;
}

function keys(store: RedisStore, [pattern = '']: readonly string[]): Reply {
  const items = store
    .entries()
    .filter(([key]) => matches(pattern, key))
    .map(([key]) => bulk(key));
  return { kind: 'array', items };
}

/** `*`, `?` and `\x`, in time linear in both for each star. */
function matches(pattern: string, text: string): boolean {
  let [p, t, star, mark] = [0, 0, -1, 0];
  while (t < text.length) {
    const escaped = pattern[p] === '\\' && p + 1 < pattern.length;
    if (pattern[p] === '*') [star, mark, p] = [p, t, p + 1];
    else if (
      escaped ? pattern[p + 1] === text[t] : p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])
    )
      [p, t] = [p + (escaped ? 2 : 1), t + 1];
    else if (star >= 0) [p, mark, t] = [star + 1, mark + 1, mark + 1];
    else return false;
  }
  return /^\**$/.test(pattern.slice(p));
}
