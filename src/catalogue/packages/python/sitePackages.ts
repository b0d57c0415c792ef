import { decodeName } from '../../../bytes/byteName.ts';
import * as calls from '../../../shell/kernel/calls.ts';
import type { Process } from '../../../shell/kernel/process.ts';
import type { PythonHome } from './pythonHome.ts';

/** A distribution that is installed: a `*.dist-info` beside its modules (PEP 376, PEP 427). */
export interface Distribution {
  /** As it was published: `Flask`. */
  readonly name: string;
  readonly version: string;
  /** The folder of modules that it lies in. */
  readonly site: string;
  /** `…/flask-3.0.0.dist-info`. */
  readonly info: string;
}

/** Names that mean the same (PEP 503). */
export function normalName(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, '-');
}

/** By their normal names; those of the first folder hide those of later ones. */
export function distributions(process: Process, home: PythonHome): Map<string, Distribution> {
  const found = new Map<string, Distribution>();
  for (const site of [home.site, ...home.others]) {
    if (!calls.statIfThere(process, site)) continue;
    for (const { name: file } of calls.readdir(process, site)) {
      const [, name, version] = /^(.+)-([^-]+)\.(?:dist|egg)-info$/.exec(file) ?? [];
      if (name === undefined || version === undefined || found.has(normalName(name))) continue;
      found.set(normalName(name), { name: name.replaceAll('_', '-'), version, site, info: `${site}/${file}` });
    }
  }
  return found;
}

/** The fields of a distribution's METADATA; those that stand several times, all. */
export async function metadata(process: Process, one: Distribution): Promise<ReadonlyMap<string, readonly string[]>> {
  const path = `${one.info}/METADATA`;
  const fields = new Map<string, string[]>();
  if (!calls.statIfThere(process, path)) return fields;
  for (const line of decodeName(await calls.readFile(process, path)).split('\n')) {
    if (line === '') break;
    const colon = line.indexOf(': ');
    if (colon < 0) continue;
    const name = line.slice(0, colon);
    fields.set(name, [...(fields.get(name) ?? []), line.slice(colon + 2)]);
  }
  return fields;
}

/** Absolute paths of a distribution's files, from its RECORD. */
export async function recordedPaths(process: Process, one: Distribution): Promise<readonly string[]> {
  const path = `${one.info}/RECORD`;
  if (!calls.statIfThere(process, path)) return [];
  const lines = decodeName(await calls.readFile(process, path)).split('\n');
  return lines.flatMap((line) => {
    const file = line.replace(/,[^,]*,[^,]*$/, '');
    if (file === '') return [];
    return [file.startsWith('/') ? file : resolved(`${one.site}/${file}`)];
  });
}

function resolved(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/');
}
