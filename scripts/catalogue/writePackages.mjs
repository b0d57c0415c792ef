import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { packListing } from './packListing.mjs';

/** Archives are about this part of what they install: xz and gzip of binaries and texts. */
const ARCHIVE_SHARE = 0.42;

/** Writes `index.txt`, a line a package, and the files of packages by their first letter. */
export function writePackages(folder, facts) {
  const out = fileURLToPath(new URL(`../../public/catalogue/${folder}/`, import.meta.url));
  const known = new Set(facts.map(({ name }) => name));
  for (const { name, dependencies } of facts)
    for (const one of dependencies) if (!known.has(one)) throw new Error(`${name} needs ${one}, which is not told`);
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const sorted = [...facts].sort((a, b) => (a.name < b.name ? -1 : 1));
  const lines = sorted.map((fact) =>
    [
      fact.name,
      fact.version,
      fact.repository,
      Math.round(fact.installedBytes * ARCHIVE_SHARE),
      fact.installedBytes,
      fact.license,
      fact.origin,
      fact.dependencies.join(','),
      fact.scripts.join(' '),
      fact.description,
    ].join('|'),
  );
  writeFileSync(`${out}index.txt`, `${lines.join('\n')}\n`);
  const shards = new Map();
  for (const { name, entries } of sorted) {
    const shard = name.startsWith('lib') ? 'lib' : name[0].toLowerCase();
    shards.set(shard, `${shards.get(shard) ?? ''}= ${name}\n${packListing(entries)}`);
  }
  for (const [shard, text] of shards) writeFileSync(`${out}files-${shard}.txt`, text);
  console.log(`${facts.length} packages, ${shards.size} files of listings`);
}
