import { ImageError } from '../../image/imageError.ts';
import { parseReference } from '../../image/reference.ts';
import { parseWantedPlatform } from '../../registry/platformChoice.ts';
import { CompanionError } from '../companionError.ts';

/** What a build is asked to do, from the query of `POST /v1/builds`. */
export interface BuildOptions {
  readonly dockerfile: string;
  readonly target: string | undefined;
  readonly platform: string | undefined;
  readonly tag: string | undefined;
  readonly buildArgs: readonly (readonly [string, string])[];
  /** Images for FROM: folders of the context that hold OCI layouts, or archives of any form that are opened. */
  readonly bases: readonly { readonly reference: string; readonly folder: string }[];
  readonly noCache: boolean;
  readonly sourceDateEpoch: number | undefined;
}

const NAMES: ReadonlySet<string> = new Set([
  'dockerfile',
  'target',
  'platform',
  'tag',
  'arg',
  'base',
  'no-cache',
  'source-date-epoch',
]);
const MAX_ARGS = 200;
const MAX_BASES = 16;
const MAX_VALUE_CHARACTERS = 32 * 1024;
/** Names that BuildKit reads for itself: which frontend runs, which namespace caches have. */
const RESERVED_ARGS = /^(?:BUILDKIT_|SOURCE_DATE_EPOCH$)/i;

/** Throws CompanionError `request`. An unknown name is refused, never skipped. */
export function parseBuildOptions(query: URLSearchParams): BuildOptions {
  for (const name of query.keys()) if (!NAMES.has(name)) throw wrong(`there is no option “${name.slice(0, 40)}”`);
  const one = (name: string): string | undefined => {
    const values = query.getAll(name);
    if (values.length > 1) throw wrong(`${name} is given twice`);
    if ((values[0]?.length ?? 0) > MAX_VALUE_CHARACTERS) throw wrong(`${name} is too long`);
    return values[0] || undefined;
  };
  const platform = one('platform');
  if (platform !== undefined && !parseWantedPlatform(platform)) throw wrong('platform is no os/architecture[/variant]');
  const target = one('target');
  if (target !== undefined && !/^[\w][\w.-]{0,127}$/.test(target)) throw wrong('target is no name of a stage');
  const epoch = one('source-date-epoch');
  if (epoch !== undefined && !/^\d{1,10}$/.test(epoch)) throw wrong('source-date-epoch is in seconds since 1970');
  const tag = one('tag');
  return {
    dockerfile: relativePath(one('dockerfile') ?? 'Dockerfile', 'dockerfile'),
    target,
    platform,
    tag: tag === undefined ? undefined : reference(tag, 'tag'),
    buildArgs: atMost(query.getAll('arg'), MAX_ARGS, 'arg').map(buildArg),
    bases: atMost(query.getAll('base'), MAX_BASES, 'base').map(base),
    noCache: flag(one('no-cache')),
    sourceDateEpoch: epoch === undefined ? undefined : Number(epoch),
  };
}

function buildArg(text: string): readonly [string, string] {
  const [, name, value] = /^([A-Za-z_][\w.-]{0,255})=([\s\S]*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) throw wrong('arg is NAME=VALUE');
  if (RESERVED_ARGS.test(name)) throw wrong(`${name} is not for builds to set`);
  if (value.length > MAX_VALUE_CHARACTERS || value.includes('\0')) throw wrong(`the value of ${name} is not taken`);
  return [name, value];
}

function base(text: string): { reference: string; folder: string } {
  const at = text.lastIndexOf('=');
  if (at < 1) throw wrong('base is REFERENCE=FOLDER');
  return { reference: reference(text.slice(0, at), 'base'), folder: relativePath(text.slice(at + 1), 'base') };
}

/** As it was written: the grammar holds neither comma nor quote. */
function reference(text: string, name: string): string {
  try {
    parseReference(text);
    return text;
  } catch (error) {
    if (error instanceof ImageError) throw wrong(`${name}: ${error.message}`);
    throw error;
  }
}

/** Plain and below the context. */
export function relativePath(text: string, name: string): string {
  const parts = text.split('/').filter((part) => part !== '' && part !== '.');
  const isPlain = !text.startsWith('/') && !/[\0\n\r]/.test(text) && !parts.includes('..') && parts.length > 0;
  if (!isPlain || text.length > 4096) throw wrong(`${name} is no path in the context`);
  return parts.join('/');
}

function atMost(values: string[], most: number, name: string): string[] {
  if (values.length > most) throw wrong(`more than ${most} of ${name}`);
  return values;
}

function flag(value: string | undefined): boolean {
  if (value !== undefined && value !== 'true' && value !== 'false') throw wrong('a flag is true or false');
  return value === 'true';
}

function wrong(message: string): CompanionError {
  return new CompanionError('request', message);
}
