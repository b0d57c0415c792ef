import { ImageError } from '../../image/imageError.ts';
import { parseReference } from '../../image/reference.ts';
import type { FlagSpec } from './spec.ts';

/** Checks a value of a flag as Go's flag types do. Gives the value as it is kept; throws FlagValueError with Go's words. */
export function checkFlagValue(flag: FlagSpec, value: string): string {
  switch (flag.holds) {
    case 'reference':
      return checkReference(value);
    case 'stream':
      if (!STREAMS.has(value.toLowerCase())) throw new FlagValueError('valid streams are STDIN, STDOUT and STDERR');
      return value;
    case 'variable':
      if (value === '' || value.startsWith('=')) throw new FlagValueError(`invalid environment variable: ${value}`);
      return value;
    case 'label':
      checkLabel(value);
      return value;
    case 'address':
      if (!isIpAddress(value.trim())) throw new FlagValueError(`IP address is not correctly formatted: ${value}`);
      return value;
    case 'searchDomain':
      if (value !== '.' && !isDomain(value)) throw new FlagValueError(`${value} is not a valid domain`);
      return value;
    case 'sysctl':
      if (!isAllowedSysctl(value)) throw new FlagValueError(`sysctl '${value}' is not allowed`);
      return value;
    case 'extraHost':
      return checkExtraHost(value);
  }
  switch (flag.type) {
    case 'bool':
      return checkBool(value);
    case 'int':
    case 'int64':
      return checkInteger(value, 'ParseInt', 64n);
    case 'uint':
    case 'uint64':
      return checkInteger(value, 'ParseUint', 64n);
    case 'uint16':
      return checkInteger(value, 'ParseUint', 16n);
    case 'uint32':
      return checkInteger(value, 'ParseUint', 32n);
    case 'float':
      if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(value)) throw syntax('ParseFloat', value);
      return value;
    case 'duration':
      if (parseGoDuration(value) === undefined) throw new FlagValueError(durationFault(value));
      return value;
    case 'bytes':
      if (value === '-1' && flag.name === 'memory-swap') return value;
      if (parseBinarySize(value) === undefined) throw new FlagValueError(binarySizeFault(value));
      return value;
    case 'filter':
      return checkFilter(value);
    case 'ulimit':
      return checkUlimit(value);
    case 'decimal':
      if (!/^[+-]?(\d+(\.\d*)?|\.\d+)$/.test(value)) {
        throw new FlagValueError(`failed to parse ${value} as a rational number`);
      }
      return value;
    default:
      return value;
  }
}

function durationFault(value: string): string {
  const parts = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))*(?:\d+\.?\d*|\.\d+)([^\d.]*)/.exec(value);
  if (!parts) return `time: invalid duration ${quoteGo(value)}`;
  const unit = parts[1] ?? '';
  if (unit === '') return `time: missing unit in duration ${quoteGo(value)}`;
  return `time: unknown unit ${quoteGo(unit)} in duration ${quoteGo(value)}`;
}

/** docker/cli opts, validateDomain. */
function isDomain(text: string): boolean {
  const label = /^[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?$/;
  const name = text.trim().replace(/\.$/, '');
  return (
    name.length > 0 && name.length < 255 && /[a-zA-Z]/.test(name) && name.split('.').every((one) => label.test(one))
  );
}

/** Those of namespaces that a container has of its own (docker/cli opts, ValidateSysctl). */
function isAllowedSysctl(text: string): boolean {
  const [name = '', value] = text.split('=');
  const isKnown = /^kernel\.(?:msgmax|msgmnb|msgmni|sem|shmall|shmmax|shmmni|shm_rmid_forced)$/.test(name);
  return value !== undefined && (isKnown || name.startsWith('net.') || name.startsWith('fs.mqueue.'));
}

/** docker/cli opts, ValidateLabel. */
function checkLabel(value: string): void {
  const name = (value.split('=', 1)[0] ?? '').replace(/^[ \t]+/, '');
  if (name === '') throw new FlagValueError(`invalid label '${value}': empty name`);
  if (/[ \t]/.test(name)) throw new FlagValueError(`label '${name}' contains whitespaces`);
}

/** `NAME:ADDRESS` or `NAME=ADDRESS`, as engines take it: with a colon (docker/cli opts, ValidateExtraHost). */
function checkExtraHost(value: string): string {
  const separator = value.includes('=') ? '=' : ':';
  const at = value.indexOf(separator);
  const name = value.slice(0, at);
  if (at < 1 || name.includes(':')) throw new FlagValueError(`bad format for add-host: ${quoteGo(value)}`);
  const address = value.slice(at + 1).replace(/^\[(.+)\]$/, '$1');
  if (address !== 'host-gateway' && !isIpAddress(address))
    throw new FlagValueError(`invalid IP address in add-host: ${quoteGo(address)}`);
  return `${name}:${address}`;
}

/** An IPv4 or IPv6 address as Go's net.ParseIP takes it. */
export function isIpAddress(text: string): boolean {
  const parts = text.split('.');
  if (parts.length === 4) return parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256);
  const groups = text.split(':');
  const hasGap = text.includes('::');
  return (
    /^[0-9a-fA-F:]+$/.test(text) &&
    groups.every((group) => group.length <= 4) &&
    text.split('::').length <= 2 &&
    (hasGap ? groups.length <= 8 : groups.length === 8 && !groups.includes(''))
  );
}

/** What a flag does not take, in the words that stand behind `invalid argument "x" for "--flag" flag: `. */
export class FlagValueError extends Error {
  override readonly name = 'FlagValueError';
}

const STREAMS = new Set(['stdin', 'stdout', 'stderr']);

/** The names that setrlimit(2) has (go-units, ulimit.go). */
const ULIMITS = new Set(
  'as core cpu data fsize locks memlock msgqueue nice nofile nproc rss rtprio rttime sigpending stack'.split(' '),
);

// go-units, ParseUlimit
function checkUlimit(value: string): string {
  const equals = value.indexOf('=');
  if (equals < 0) throw new FlagValueError(`invalid ulimit argument: ${value}`);
  const name = value.slice(0, equals);
  if (!ULIMITS.has(name)) throw new FlagValueError(`invalid ulimit type: ${name}`);
  const limits = value.slice(equals + 1).split(':');
  if (limits.length > 2)
    throw new FlagValueError(
      `too many limit value arguments - ${limits.join(':')}, can only have up to two, \`soft[:hard]\``,
    );
  for (const limit of limits) if (!/^[+-]?\d+$/.test(limit)) throw syntax('ParseInt', limit);
  const [soft = 0, hard] = limits.map(Number);
  if (hard === undefined || hard === -1) return value;
  if (soft === -1)
    throw new FlagValueError(
      `ulimit soft limit must be less than or equal to hard limit: soft: -1 (unlimited), hard: ${hard}`,
    );
  if (soft > hard)
    throw new FlagValueError(`ulimit soft limit must be less than or equal to hard limit: ${soft} > ${hard}`);
  return value;
}

const TRUE = new Set(['1', 't', 'T', 'true', 'TRUE', 'True']);
const FALSE = new Set(['0', 'f', 'F', 'false', 'FALSE', 'False']);

/** strconv.ParseBool; undefined for what it does not take. */
export function parseGoBool(value: string): boolean | undefined {
  return TRUE.has(value) ? true : FALSE.has(value) ? false : undefined;
}

function checkBool(value: string): string {
  const parsed = parseGoBool(value);
  if (parsed === undefined) throw syntax('ParseBool', value);
  return String(parsed);
}

function checkInteger(value: string, parser: 'ParseInt' | 'ParseUint', bits: bigint): string {
  const sign = parser === 'ParseInt' ? /^[+-]/.exec(value)?.[0] : undefined;
  const digits = sign === undefined ? value : value.slice(1);
  if (!/^(0[xX][0-9a-fA-F]+|0[oO]?[0-7]+|0[bB][01]+|[1-9]\d*|0)$/.test(digits)) throw syntax(parser, value);
  const number = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits.toLowerCase());
  const limit = parser === 'ParseInt' ? 1n << (bits - 1n) : 1n << bits;
  if (number >= limit && !(sign === '-' && number === limit)) {
    throw new FlagValueError(`strconv.${parser}: parsing ${quoteGo(value)}: value out of range`);
  }
  return String(sign === '-' ? -number : number);
}

function checkReference(value: string): string {
  try {
    parseReference(value);
  } catch (error) {
    throw error instanceof ImageError ? new FlagValueError(error.message) : error;
  }
  return value;
}

function checkFilter(value: string): string {
  if (value === '') return '';
  const at = value.indexOf('=');
  if (at < 0) throw new FlagValueError('bad format of filter (expected name=value)');
  return `${value.slice(0, at).trim().toLowerCase()}=${value.slice(at + 1).trim()}`;
}

function syntax(parser: string, value: string): FlagValueError {
  return new FlagValueError(`strconv.${parser}: parsing ${quoteGo(value)}: invalid syntax`);
}

/** Go's `%q`, for what command lines hold. */
export function quoteGo(text: string): string {
  const body = text.replace(/[\\"\u0000-\u001f\u007f]/g, (character) => {
    const named = GO_ESCAPES[character];
    return named ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
  return `"${body}"`;
}

const GO_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

const DURATION_UNITS_NS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

/** time.ParseDuration: nanoseconds, or undefined. */
export function parseGoDuration(text: string): number | undefined {
  const sign = /^[+-]/.exec(text)?.[0];
  let rest = sign === undefined ? text : text.slice(1);
  if (rest === '0') return 0;
  if (rest === '') return undefined;
  let totalNs = 0;
  while (rest !== '') {
    const part = /^(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/.exec(rest);
    if (!part) return undefined;
    totalNs += Number(part[1]) * (DURATION_UNITS_NS[part[2] as string] as number);
    rest = rest.slice(part[0].length);
  }
  return sign === '-' ? -totalNs : totalNs;
}

/** go-units' RAMInBytes (`64m`, `1.5GiB`): bytes, or undefined. */
export function parseBinarySize(text: string): number | undefined {
  const { number, suffix } = sizeParts(text);
  const match = /^(?:b|([kmgtp])(?:i?b)?)?$/.exec(suffix.toLowerCase());
  if (!match || !/^\+?(\d+\.?\d*|\.\d+)$/.test(number)) return undefined;
  const power = match[1] === undefined ? 0 : 'kmgtp'.indexOf(match[1]) + 1;
  return Math.trunc(Number(number) * 1024 ** power);
}

/** What go-units says of a size that it does not take (parseSize). */
function binarySizeFault(text: string): string {
  const { number, suffix } = sizeParts(text);
  if (number === '' && !/[0-9. ]/.test(text)) return `invalid size: '${text}'`;
  if (/^-(\d+\.?\d*|\.\d+)$/.test(number)) return `invalid size: '${text}'`;
  if (!/^\+?(\d+\.?\d*|\.\d+)$/.test(number)) return `strconv.ParseFloat: parsing ${quoteGo(number)}: invalid syntax`;
  return `invalid suffix: '${suffix.length > 3 ? suffix : suffix.toLowerCase()}'`;
}

/** What comes before and after the last digit, point or blank; a blank between them belongs to neither. */
function sizeParts(text: string): { readonly number: string; readonly suffix: string } {
  const at = /^.*[0-9. ]/.exec(text)?.[0].length ?? 0;
  return { number: text[at - 1] === ' ' ? text.slice(0, at - 1) : text.slice(0, at), suffix: text.slice(at) };
}
