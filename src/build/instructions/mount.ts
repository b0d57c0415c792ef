import { BuildError } from '../buildError.ts';
import { csvFields } from '../go/csvFields.ts';
import { parseBoolean, parseUnsigned } from '../go/numbers.ts';
import { quote } from '../go/quote.ts';
import { parseBinarySize } from '../go/size.ts';
import { suggestion } from '../suggest.ts';
import type { CacheSharing, Mount, MountType } from './instruction.ts';

const TYPES: readonly MountType[] = ['bind', 'cache', 'secret', 'ssh', 'tmpfs'];
const SHARING: readonly CacheSharing[] = ['locked', 'private', 'shared'];
const KEYS =
  'type from source target readonly id sharing required size mode uid gid src dst destination ro rw readwrite env';

type Draft = { -readonly [K in keyof Mount]: Mount[K] } & { decidesReadOnly: boolean };

/** What can be judged before variables are known: that the fields are fields, and `from` names no variable. */
export function checkMountFlag(flag: string): void {
  for (const field of mountFields(flag)) {
    const at = field.indexOf('=');
    if (at < 0 || field.slice(0, at).toLowerCase() !== 'from') continue;
    const dollar = field.indexOf('$', at + 1);
    if (dollar >= 0 && dollar !== field.length - 1) {
      throw new BuildError(
        'flag',
        `'${field.slice(0, at).toLowerCase()}' doesn't support variable expansion, define alias stage instead`,
      );
    }
  }
}

/** The value of `from`, which holds before variables are known. */
export function mountFrom(flag: string): string {
  let from = '';
  for (const field of mountFields(flag)) if (/^from=/i.test(field)) from = field.slice(5);
  return from;
}

/** Whether a mount says that it is a cache, before variables are known. */
export function isCacheMount(flag: string): boolean {
  return mountFields(flag).some((field) => /^type=cache$/i.test(field));
}

/** Keys that came after 0.8. */
const NEW_KEYS = ['size', 'env'];

/** A `--mount` as 0.8 reads it, with the rest of the line. Throws BuildError `flag`. */
export function checkOldMount(flag: string): void {
  for (const field of mountFields(flag)) {
    const [key = ''] = field.split('=');
    if (field.includes('=') && NEW_KEYS.includes(key.toLowerCase()))
      throw fault(`unexpected key '${key}' in '${field}'`);
  }
  readMount(flag, (word) => word);
}

/** A `--mount` with its variables expanded. Throws BuildError `flag`. */
export function readMount(flag: string, expand: (word: string) => string): Mount {
  const draft: Draft = {
    type: 'bind',
    from: '',
    source: '',
    target: '',
    readOnly: false,
    sizeLimitBytes: 0,
    cacheId: '',
    cacheSharing: undefined,
    required: false,
    env: undefined,
    mode: undefined,
    uid: undefined,
    gid: undefined,
    decidesReadOnly: false,
  };
  for (const field of mountFields(flag)) readField(draft, field, expand);
  checkWhole(draft);
  const { decidesReadOnly, ...mount } = draft;
  const writable = mount.type === 'cache' || mount.type === 'tmpfs';
  return decidesReadOnly ? mount : { ...mount, readOnly: !writable };
}

function readField(draft: Draft, field: string, expand: (word: string) => string): void {
  const at = field.indexOf('=');
  const key = (at < 0 ? field : field.slice(0, at)).toLowerCase();
  if (at < 0) {
    if (!['readonly', 'ro', 'readwrite', 'rw', 'required'].includes(key)) {
      throw fault(`invalid field '${field}' must be a key=value pair`);
    }
    setFlag(draft, key, true);
    return;
  }
  const value = expand(field.slice(at + 1));
  switch (key) {
    case 'type':
      draft.type = oneOf(value, TYPES, 'mount type');
      break;
    case 'from':
      draft.from = value;
      break;
    case 'source':
    case 'src':
      draft.source = value;
      break;
    case 'target':
    case 'dst':
    case 'destination':
      draft.target = value;
      break;
    case 'readonly':
    case 'ro':
    case 'readwrite':
    case 'rw':
    case 'required':
      setFlag(draft, key, value);
      break;
    case 'size':
      if (draft.type !== 'tmpfs') throw unexpectedFor(key, draft);
      draft.sizeLimitBytes = parseBinarySize(value) ?? fail(`invalid value for ${key}: ${value}`);
      break;
    case 'id':
      draft.cacheId = value;
      break;
    case 'sharing':
      draft.cacheSharing = oneOf(value, SHARING, 'sharing value');
      break;
    case 'mode':
      draft.mode = parseUnsigned(value, 8) ?? fail(`invalid value ${value} for mode`);
      break;
    case 'uid':
    case 'gid':
      draft[key] = parseUnsigned(value, 10) ?? fail(`invalid value ${value} for ${key}`);
      break;
    case 'env':
      draft.env = value;
      break;
    default:
      throw fault(`unexpected key '${key}' in '${field}'${suggestion(key, KEYS.split(' '))}`);
  }
}

function setFlag(draft: Draft, key: string, value: string | true): void {
  if (key === 'required' && draft.type !== 'secret' && draft.type !== 'ssh') throw unexpectedFor(key, draft);
  const flag = value === true ? true : (parseBoolean(value) ?? fail(`invalid value for ${key}: ${value}`));
  if (key === 'required') draft.required = flag;
  else {
    draft.readOnly = key === 'readonly' || key === 'ro' ? flag : !flag;
    draft.decidesReadOnly = true;
  }
}

function checkWhole(draft: Draft): void {
  const { type } = draft;
  if (type === 'bind' || type === 'tmpfs') {
    for (const key of ['mode', 'uid', 'gid'] as const) {
      if (draft[key] !== undefined) throw fault(`${key} not allowed for ${quote(type)} type mounts`);
    }
  }
  if (type === 'secret') {
    if (draft.from !== '') throw fault('secret mount should not have a from');
    if (draft.cacheSharing !== undefined) throw fault('secret mount should not define sharing');
    if (draft.source === '' && draft.target === '' && draft.cacheId === '') {
      throw fault('invalid secret mount. one of source, target required');
    }
    if (draft.source !== '' && draft.cacheId !== '') throw fault("both source and id can't be set");
  }
  if (draft.cacheSharing !== undefined && type !== 'cache') throw fault(`invalid cache sharing set for ${type} mount`);
}

function oneOf<T extends string>(value: string, allowed: readonly T[], what: string): T {
  const found = allowed.find((option) => option === value.toLowerCase());
  if (found === undefined) throw fault(`unsupported ${what} ${quote(value)}${suggestion(value, allowed)}`);
  return found;
}

function mountFields(flag: string): string[] {
  try {
    return csvFields(flag);
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    throw fault(`failed to parse csv mounts: ${error.message}`);
  }
}

function unexpectedFor(key: string, draft: Draft): BuildError {
  return fault(`unexpected key '${key}' for mount type '${draft.type}'`);
}

function fail(message: string): never {
  throw fault(message);
}

function fault(message: string): BuildError {
  return new BuildError('flag', message);
}
