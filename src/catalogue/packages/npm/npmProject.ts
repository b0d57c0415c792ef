import * as calls from '../../../shell/kernel/calls.ts';
import type { Process } from '../../../shell/kernel/process.ts';
import type { NpmTree } from './npmTree.ts';

const MAX_JSON_BYTES = 16 * 1024 * 1024;

/** What is read of a package.json; the rest of it is kept as it was. */
export interface PackageJson {
  readonly [field: string]: unknown;
}

/** A file of JSON that is an object. Undefined where there is none; a text is a fault. */
export async function readJson(process: Process, path: string): Promise<PackageJson | string | undefined> {
  if (!calls.statIfThere(process, path)) return undefined;
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(await calls.readFile(process, path, MAX_JSON_BYTES)));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as PackageJson)
      : 'not an object';
  } catch (error) {
    if (error instanceof SyntaxError) return error.message;
    throw error;
  }
}

export async function writeJson(process: Process, path: string, value: unknown): Promise<void> {
  await calls.writeFile(process, path, new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`));
}

/** A field that is a table of texts: dependencies, scripts. */
export function table(json: PackageJson, field: string): Record<string, string> {
  const value = json[field];
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

export function textField(json: PackageJson, field: string): string | undefined {
  const value = json[field];
  return typeof value === 'string' ? value : undefined;
}

/** Versions by place, of a lock's `packages` (lockfile version 2 and 3). */
export function lockedVersions(lock: PackageJson | string | undefined): ReadonlyMap<string, string> {
  if (lock === undefined || typeof lock === 'string') return new Map();
  const { packages } = lock;
  if (typeof packages !== 'object' || packages === null) return new Map();
  return new Map(
    Object.entries(packages as Record<string, unknown>).flatMap(([place, told]) => {
      const version = typeof told === 'object' && told !== null ? (told as PackageJson).version : undefined;
      return place !== '' && typeof version === 'string' ? [[place, version] as const] : [];
    }),
  );
}

/** package-lock.json of the third version (npm-package-lock-json). */
export function lockOf(json: PackageJson, tree: NpmTree, development: ReadonlySet<string>): object {
  const root = Object.fromEntries(
    ['name', 'version', 'license', 'dependencies', 'devDependencies'].flatMap((field) =>
      json[field] === undefined ? [] : [[field, json[field]]],
    ),
  );
  const packages = Object.fromEntries(
    [...tree]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([place, one]) => [
        place,
        {
          version: one.version,
          ...(one.integrity !== '' && { integrity: one.integrity }),
          ...(development.has(place) && { dev: true }),
          ...(one.license !== '' && { license: one.license }),
          ...(Object.keys(one.dependencies).length > 0 && { dependencies: one.dependencies }),
          ...(Object.keys(one.programs).length > 0 && { bin: one.programs }),
        },
      ]),
  );
  return {
    name: textField(json, 'name') ?? '',
    ...(json.version !== undefined && { version: json.version }),
    lockfileVersion: 3,
    requires: true,
    packages: { '': root, ...packages },
  };
}
