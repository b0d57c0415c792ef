// Writes public/catalogue/npm: packages of JavaScript that the simulator can install, from a folder in which npm installed
// them (with its package-lock.json):
//   node scripts/catalogue/npmPackages.mjs FOLDER [--add]
// With --add what is there stays.
import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packListing } from './packListing.mjs';

const OUT = fileURLToPath(new URL('../../public/catalogue/npm/', import.meta.url));
const [folder, mode] = process.argv.slice(2);
if (!folder || (mode && mode !== '--add')) throw new Error('usage: npmPackages.mjs FOLDER [--add]');

const { packages } = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'));
const found = mode ? packagesThere() : new Map();
for (const [path, told] of Object.entries(packages)) {
  if (path === '' || told.optional || told.os) continue;
  const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  const entries = filesOf(join(folder, path), '');
  const range = ([one, wanted]) => `${one}@${wanted.replaceAll(' ', '_')}`;
  const line = [
    name,
    told.version,
    entries.reduce((sum, { size }) => sum + size, 0),
    told.license ?? '',
    Object.entries(told.dependencies ?? {})
      .map(range)
      .join(' '),
    Object.entries(told.bin ?? {})
      .map(([one, at]) => `${one}=${at}`)
      .join(' '),
    told.funding ? 'f' : '',
    told.integrity,
  ].join('\t');
  found.set(`${name}@${told.version}`, { line, listing: packListing(entries) });
}
rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT, { recursive: true });
const sorted = [...found].sort(([a], [b]) => (a < b ? -1 : 1));
writeFileSync(`${OUT}index.txt`, sorted.map(([, { line }]) => `${line}\n`).join(''));
const shards = new Map();
for (const [key, { listing }] of sorted) {
  const shard = key.replace('@', '')[0];
  shards.set(shard, `${shards.get(shard) ?? ''}= ${key}\n${listing}`);
}
for (const [shard, text] of shards) writeFileSync(`${OUT}files-${shard}.txt`, text);
console.log(`${found.size} packages, ${shards.size} files of listings`);

/** By `NAME@VERSION`, as they were written before. */
function packagesThere() {
  const listings = new Map(
    readdirSync(OUT)
      .filter((name) => name.startsWith('files-'))
      .flatMap((name) => readFileSync(`${OUT}${name}`, 'utf8').split(/^= /m).slice(1))
      .map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n') + 1)]),
  );
  const lines = readFileSync(`${OUT}index.txt`, 'utf8').trimEnd().split('\n');
  return new Map(
    lines.map((line) => {
      const key = line.split('\t', 2).join('@');
      return [key, { line, listing: listings.get(key) ?? '' }];
    }),
  );
}

/** A package's own files: what others it holds is not of it. */
function filesOf(top, path) {
  return readdirSync(join(top, path))
    .sort()
    .flatMap((name) => {
      const inner = path === '' ? name : `${path}/${name}`;
      if (inner === 'node_modules') return [];
      const stat = lstatSync(join(top, inner));
      if (stat.isDirectory()) return filesOf(top, inner);
      return [{ kind: 'f', path: inner, size: stat.size, mode: stat.mode & 0o111 ? 0o755 : 0o644 }];
    });
}
