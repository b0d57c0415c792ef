// Packages that are told by facts rather than read from archives: a line each, as alpinePackages.txt explains. Names of
// files that nobody needs to know one by one are those of Debian's package of the same program.
import { readdirSync, readFileSync } from 'node:fs';
import { unpackListing } from './packListing.mjs';

const CATALOGUE = new URL('../../public/catalogue/', import.meta.url);
const BLOCK_BYTES = 4096;
/** What packagers split off, and what only Debian has. */
const LEFT_OUT =
  /^(usr\/share\/(doc|man|locale|lintian|bug|info|doc-base|menu|bash-completion|zsh|fish|mime|apport|linda|gnome|keyrings)(\/|$)|etc\/(init\.d|default|cron[^/]*|logrotate\.d|alternatives)(\/|$)|(usr\/)?lib\/systemd|usr\/lib\/tmpfiles|var\/lib\/dpkg|var\/cache)/;

let debian;

/** By name: entries of Debian's packages, as scripts/catalogue/debianPackages.mjs wrote them. */
function debianListings() {
  if (debian) return debian;
  debian = new Map();
  for (const name of readdirSync(new URL('debian/', CATALOGUE)))
    if (name.startsWith('files-'))
      for (const part of readFileSync(new URL(`debian/${name}`, CATALOGUE), 'utf8').split(/^= /m)) {
        const newline = part.indexOf('\n');
        if (newline > 0) debian.set(part.slice(0, newline), part.slice(newline + 1));
      }
  return debian;
}

/** `system`: where a distribution keeps what Debian keeps elsewhere: `place(path)` gives a path or undefined. */
export function readFacts(file, system) {
  return readFileSync(new URL(file, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => readFact(line, system));
}

function readFact(line, system) {
  const columns = line.split('|');
  if (columns.length !== 9) throw new Error(`${columns.length} columns: ${line}`);
  const [name, version, repository, kib, license, origin, dependencies, sources, description] = columns;
  const words = sources.trim().split(' ').filter(Boolean);
  const scripts = words.filter((word) => word.startsWith('!')).map((word) => word.slice(1));
  const entries = words.filter((word) => !word.startsWith('!')).flatMap((word) => entriesOf(word, system, name));
  return {
    name,
    version,
    repository,
    license,
    origin: origin || name,
    dependencies: dependencies.split(',').filter(Boolean),
    scripts: scripts.filter((script) => script !== 'base'),
    isBase: scripts.includes('base'),
    description,
    installedBytes: Number(kib) * 1024,
    entries: sized(entries, Number(kib) * 1024),
  };
}

function entriesOf(word, system, name) {
  const [kind, source, pattern] = word.split(':');
  if (kind === 'deb') {
    const listing = debianListings().get(source);
    if (listing === undefined) throw new Error(`${name}: Debian has no ${source}`);
    const wanted = pattern === undefined ? undefined : new RegExp(pattern);
    const found = unpackListing(listing).flatMap((entry) => {
      if (entry.kind === 'd' || LEFT_OUT.test(entry.path) || wanted?.test(entry.path) === false) return [];
      const path = system.place(entry.path);
      if (path === undefined) return [];
      const target = entry.kind === 'h' ? system.place(entry.target) : entry.target;
      return [{ ...entry, path, ...(target !== undefined && { target }) }];
    });
    if (found.length === 0) throw new Error(`${name}: nothing of ${source}`);
    return found;
  }
  if (kind === 'image')
    return unpackListing(readFileSync(new URL(`images/${source}`, CATALOGUE), 'utf8')).flatMap((entry) => {
      const path = entry.kind === 'd' ? undefined : system.place(entry.path);
      return path === undefined ? [] : [{ ...entry, path }];
    });
  const link = /^(.*)->(.*)$/.exec(word);
  if (link) return [{ kind: 'l', path: link[1], target: link[2], mode: 0o777, size: 0 }];
  const [, path, mode, size] = /^([^#=]*)(?:#([0-7]+))?(?:=(\d+))?$/.exec(word);
  if (path.endsWith('/')) return [{ kind: 'd', path: path.slice(0, -1), mode: 0o755, size: 0 }];
  return [
    {
      kind: 'f',
      path,
      mode: mode === undefined ? 0o644 : Number.parseInt(mode, 8),
      size: Number(size) || 0,
      isFixed: size !== undefined,
    },
  ];
}

/** Sizes such that all of them are what the package installs. Those that are told stay. */
function sized(entries, totalBytes) {
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  const unique = [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  const files = unique.filter(({ kind }) => kind === 'f');
  const fixed = files.filter(({ isFixed }) => isFixed).reduce((sum, { size }) => sum + size, 0);
  const free = files.filter(({ isFixed }) => !isFixed);
  const weight = (entry) => entry.size || (entry.mode & 0o111 ? 8 : 1) * BLOCK_BYTES;
  const weights = free.reduce((sum, entry) => sum + weight(entry), 0);
  const left = Math.max(totalBytes * 0.96 - fixed, free.length * 100);
  return unique.map(({ isFixed, ...entry }) =>
    entry.kind !== 'f' || isFixed
      ? entry
      : { ...entry, size: Math.max(1, Math.round((left * weight(entry)) / weights)) },
  );
}
