// Writes public/catalogue/images: how each base image of the simulator is made. Facts (layers, history, users, sizes)
// are those of the official images; small texts are ours; binaries are stand-ins of the real sizes.
// Listings of Go, npm and busybox's applets are read from programs on this machine; those of Go and npm stay as they
// are where no folder is named:
//   node scripts/catalogue/images.mjs --busybox PROGRAM [--go FOLDER] [--npm FOLDER]
import { execFileSync } from 'node:child_process';
import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { format } from 'prettier';
import { packListing } from './packListing.mjs';
import { recipes } from './recipes.mjs';
import { variants } from './variants.mjs';

const HEAD = `# Base images of the simulated machine

What its hub holds: layers, history and settings of the official images; programs and packages are stand-ins. Another tag,
or another image, is not found, whatever the real hub has: import it, load it, or pull it through the companion. Packages
are those of one release a family: Debian 12, Alpine 3.18, CentOS 7, Rocky Linux 9. Those of Ubuntu have the files
and sizes of Debian 12 by the names and versions of 20.04, 22.04 and 24.04.
Written by \`scripts/catalogue/images.mjs\`. Programs that cannot run: [not-simulated.md](not-simulated.md).
`;
const OUT = fileURLToPath(new URL('../../public/catalogue/images/', import.meta.url));
const { values } = parseArgs({
  options: { busybox: { type: 'string' }, go: { type: 'string' }, npm: { type: 'string' } },
});
if (!values.busybox) throw new Error('usage: images.mjs --busybox PROGRAM [--go FOLDER] [--npm FOLDER]');

const applets = execFileSync(values.busybox, ['--list-full'], { encoding: 'utf8' }).trim().split('\n');
const LISTINGS = {
  'go.txt': values.go
    ? packListing(folder(values.go, 'usr/local/go', (path) => !/\/(test|testdata)(\/|$)/.test(path)))
    : readFileSync(join(OUT, 'go.txt')),
  'npm.txt': values.npm
    ? packListing(folder(values.npm, 'usr/local/lib/node_modules/npm', () => true))
    : readFileSync(join(OUT, 'npm.txt')),
};

mkdirSync(OUT, { recursive: true });
for (const name of readdirSync(OUT)) if (name !== 'digests.json') rmSync(join(OUT, name));
for (const [name, listing] of Object.entries(LISTINGS)) writeFileSync(join(OUT, name), listing);
const index = [];
const base = recipes({ applets, packListing });
for (const [name, recipe] of Object.entries({ ...base, ...variants(base) })) {
  writeFileSync(join(OUT, `${name}.json`), `${JSON.stringify(recipe, null, 1)}\n`);
  const { repository, tags, description, stars } = recipe;
  index.push({ name, repository, tags, description, stars });
}
writeFileSync(join(OUT, 'index.json'), `${JSON.stringify(index, null, 1)}\n`);
writeFileSync(new URL('../../docs/catalogue.md', import.meta.url), await catalogueText(index));
console.log(`${index.length} images`);

/** What `docs/catalogue.md` says: a row a repository, its tags an image at a time. */
function catalogueText(images) {
  const rows = new Map();
  for (const { repository, tags } of images) {
    const name = repository.replace('library/', '');
    rows.set(name, [...(rows.get(name) ?? []), tags.map((tag) => `\`${tag}\``).join(' ')]);
  }
  const lines = [...rows].map(([name, tags]) => `| ${name} | ${tags.join('<br>')} |`);
  return format(`${HEAD}\n| image | tags, a line an image |\n| --- | --- |\n${lines.join('\n')}\n`, {
    parser: 'markdown',
    printWidth: 120,
  });
}

/** A folder's entries as they would lie at `at`, sorted. */
function folder(root, at, isKept) {
  const entries = [];
  const walk = (path, name) => {
    const stat = lstatSync(path);
    if (!isKept(path)) return;
    const kind = stat.isDirectory() ? 'd' : stat.isSymbolicLink() ? 'l' : 'f';
    entries.push({
      kind,
      path: name,
      mode: stat.mode & 0o7777 & ~0o022,
      size: kind === 'f' ? stat.size : 0,
      ...(kind === 'l' && { target: readlinkSync(path) }),
    });
    if (kind === 'd') for (const child of readdirSync(path).sort()) walk(join(path, child), `${name}/${child}`);
  };
  walk(root, at);
  return entries;
}
