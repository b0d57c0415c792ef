import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';

/** The built page, read once: what is not among these files is not served, whatever a path says. */
export type AppFiles = ReadonlyMap<string, { readonly bytes: Buffer; readonly type: string; readonly cache: string }>;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
  '.tar': 'application/x-tar',
  '.woff2': 'font/woff2',
};
const MAX_FILES = 2_000;
const MAX_BYTES = 128 * 1024 * 1024;

/** Throws an Error for a folder that holds more than a page does. */
export async function readAppFiles(folder: string): Promise<AppFiles> {
  const files = new Map<string, { bytes: Buffer; type: string; cache: string }>();
  let sizeBytes = 0;
  for (const found of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!found.isFile()) continue;
    const path = join(found.parentPath, found.name);
    const bytes = await readFile(path);
    sizeBytes += bytes.length;
    if (files.size === MAX_FILES || sizeBytes > MAX_BYTES)
      throw new Error(`${folder} is no built page: too much in it`);
    const url = `/${relative(folder, path).split(sep).join('/')}`;
    // Names in assets/ hold a hash of what is in them.
    const cache = url.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';
    files.set(url, { bytes, type: TYPES[extname(path)] ?? 'application/octet-stream', cache });
  }
  const index = files.get('/index.html');
  if (index) files.set('/', index);
  return files;
}

/** The folder of the built page beside this program, as it is built or in the source tree. */
export function findAppFolder(program: string): string | undefined {
  const candidates = ['../../app', '../app', '../../dist/app', '../../../dist/app'].map((path) => join(program, path));
  return candidates.find((folder) => existsSync(join(folder, 'index.html')));
}
