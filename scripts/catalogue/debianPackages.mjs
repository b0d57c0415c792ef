// Writes public/catalogue/debian: the packages of Debian 12 that the simulator can install, with what dpkg says of each
// and the list of its files (kind, mode, owner, size, link target; no contents). Runs on Debian 12 with apt and dpkg-deb;
// downloads packages from the mirrors that apt is set up for, into a temporary folder.
//   node scripts/catalogue/debianPackages.mjs
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packListing } from './packListing.mjs';

const OUT = fileURLToPath(new URL('../../public/catalogue/debian/', import.meta.url));
const FIELDS = [
  'Version',
  'Section',
  'Priority',
  'Essential',
  'Installed-Size',
  'Pre-Depends',
  'Depends',
  'Recommends',
  'Provides',
  'Conflicts',
  'Description',
];
const temporary = mkdtempSync(join(tmpdir(), 'palimpsest-catalogue-'));

try {
  const roots = readFileSync(new URL('debianRoots.txt', import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line && !line.startsWith('#'));
  const base = closure([...requiredPackages(), 'apt', 'usr-is-merged']);
  const all = [...new Set([...base, ...closure(roots)])].sort();
  download(all);
  const debs = readdirSync(temporary).filter((name) => name.endsWith('.deb'));
  const packages = debs.map((name) => readPackage(join(temporary, name))).sort((a, b) => (a.name < b.name ? -1 : 1));
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT, { recursive: true });
  const index = packages.map(({ name, control }) => `${name}\n${control}\n`).join('\n');
  writeFileSync(join(OUT, 'index.txt'), index);
  const shards = new Map();
  for (const { name, listing } of packages) {
    const shard = base.has(name) ? 'base' : shardOf(name);
    shards.set(shard, `${shards.get(shard) ?? ''}= ${name}\n${listing}`);
  }
  for (const [shard, text] of shards) writeFileSync(join(OUT, `files-${shard}.txt`), text);
  writeFileSync(join(OUT, 'base.txt'), `${[...base].sort().join('\n')}\n`);
  console.log(`${packages.length} packages (${base.size} in the base), ${shards.size} files of listings`);
} finally {
  rmSync(temporary, { recursive: true, force: true });
}

/** As Debian's own pool: by first letter, libraries by their fourth. */
function shardOf(name) {
  return name.startsWith('lib') ? name.slice(0, 4) : name[0];
}

function requiredPackages() {
  const names = [];
  for (const record of run('apt-cache', ['dumpavail']).split('\n\n')) {
    const name = /^Package: (.*)$/m.exec(record)?.[1];
    if (name && (/^Priority: required$/m.test(record) || /^Essential: yes$/m.test(record))) names.push(name);
  }
  return names;
}

/** The packages and all that they depend on, as apt would choose them on an empty system. */
function closure(names) {
  const state = join(temporary, 'status');
  writeFileSync(state, '');
  const plan = run('apt-get', [
    '-o',
    `Dir::State::status=${state}`,
    '--no-install-recommends',
    '-s',
    'install',
    ...names,
  ]);
  return new Set([...plan.matchAll(/^Inst (\S+)/gm)].map((match) => match[1].replace(/:.*/, '')));
}

function download(names) {
  for (let at = 0; at < names.length; at += 40) {
    execFileSync('apt-get', ['download', '-q', ...names.slice(at, at + 40)], { cwd: temporary, stdio: 'ignore' });
  }
}

function readPackage(file) {
  const control = run('dpkg-deb', ['-f', file]);
  const field = (name) => new RegExp(`^${name}: (.*)$`, 'm').exec(control)?.[1];
  const lines = FIELDS.filter((name) => field(name) !== undefined).map((name) => `${name}: ${field(name)}`);
  lines.push(`Size: ${readFileSync(file).length}`);
  return { name: field('Package'), control: lines.join('\n'), listing: packListing(entriesOf(file)) };
}

function entriesOf(file) {
  const members = run('dpkg-deb', ['--fsys-tarfile', file], 'buffer');
  const text = execFileSync('tar', ['-tv', '--numeric-owner', '--full-time', '--quoting-style=literal', '-f', '-'], {
    input: members,
    maxBuffer: 2 ** 28,
  }).toString();
  return text
    .split('\n')
    .filter(Boolean)
    .map(parseLine)
    .filter(({ path }) => path !== '');
}

function parseLine(line) {
  const match = /^(.)(\S{9})\S* (\d+)\/(\d+)\s+(\d+) \S+ \S+ \.\/(.*)$/.exec(line);
  if (!match) throw new Error(`cannot read: ${line}`);
  const [, kind, permissions, uid, gid, size, rest] = match;
  const [path, target] = kind === 'l' ? rest.split(' -> ') : kind === 'h' ? rest.split(' link to ') : [rest];
  return {
    kind: kind === '-' ? 'f' : kind,
    mode: modeOf(permissions),
    uid: Number(uid),
    gid: Number(gid),
    size: kind === '-' ? Number(size) : 0,
    path: path.replace(/\/$/, ''),
    target: kind === 'h' ? target.replace(/^\.\//, '') : target,
  };
}

function modeOf(text) {
  let mode = 0;
  for (let i = 0; i < 9; i++) {
    const letter = text[i];
    if (letter !== '-' && letter !== 'S' && letter !== 'T') mode |= 1 << (8 - i);
    if ('sS'.includes(letter)) mode |= i === 2 ? 0o4000 : 0o2000;
    if ('tT'.includes(letter)) mode |= 0o1000;
  }
  return mode;
}

function run(program, args, encoding = 'utf8') {
  return execFileSync(program, args, {
    encoding,
    maxBuffer: 2 ** 30,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, LC_ALL: 'C' },
  });
}
