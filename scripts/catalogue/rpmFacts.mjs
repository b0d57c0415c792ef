import { packListing } from './packListing.mjs';
import { readFacts } from './packageFacts.mjs';

const PYTHON = { 7: 'python3.6', 9: 'python3.9' };
const RPM_DATABASE = { 7: 'var/lib/rpm/Packages', 9: 'var/lib/rpm/rpmdb.sqlite' };
/** Of the images; what the databases of the real ones give. */
const BUILD_TIME = { 7: 1605219024, 9: 1700000000 };

/** Where Red Hat's distributions keep what Debian keeps elsewhere. */
function rpmPlace(path, release) {
  if (/EXTERNALLY-MANAGED$|\.egg-info|\/(?:__pycache__|test|tests)\//.test(path)) return undefined;
  return path
    .replace(/^(s?bin|lib|lib64)\//, 'usr/$1/')
    .replace(/^usr\/lib\/x86_64-linux-gnu\//, 'usr/lib64/')
    .replace('usr/include/x86_64-linux-gnu/', 'usr/include/')
    .replace('usr/lib/python3/dist-packages/', `usr/lib/${PYTHON[release]}/site-packages/`)
    .replace('usr/lib/python3.11/', `usr/lib64/${PYTHON[release]}/`)
    .replace('usr/share/perl/5.36.0/', 'usr/share/perl5/')
    .replace('usr/local/lib/node_modules/', 'usr/lib/node_modules/')
    .replace('usr/lib/apache2/modules/', 'usr/lib64/httpd/modules/')
    .replaceAll('x86_64-linux-gnu', 'x86_64-redhat-linux');
}

/** Packages of the seventh or ninth release. */
export function rpmFacts(release) {
  const isOther = release === 7 ? '9' : '7';
  const facts = readFacts('rpmPackages.txt', { place: (path) => rpmPlace(path, release) });
  const known = new Set(facts.map(({ name }) => name));
  for (const { name, dependencies } of facts)
    for (const one of dependencies) if (!known.has(one)) throw new Error(`${name} needs ${one}, which is not told`);
  return facts
    .map((fact) => {
      const [el7, el9] = fact.version.split(' ');
      const only = fact.scripts.find((script) => /^[79]$/.test(script));
      const entries = fact.entries.map((entry) => ({
        ...entry,
        path: entry.path.replace('@PYTHON@', PYTHON[release]),
        ...(entry.target !== undefined && { target: entry.target.replace('@PYTHON@', PYTHON[release]) }),
      }));
      return {
        ...fact,
        version: release === 7 ? el7 : el9,
        // The ninth keeps in its base what its images hold, and little else.
        repository: release === 9 && fact.repository === 'b' && !fact.isBase ? 'u' : fact.repository,
        isBase: fact.isBase && only !== isOther,
        scripts: fact.scripts.filter((script) => !/^[79]$/.test(script)),
        entries,
      };
    })
    .filter(({ version }) => version !== '-')
    .map((fact, _, all) => ({
      ...fact,
      dependencies: fact.dependencies.filter((name) => all.some((one) => one.name === name)),
    }));
}

/** The files of the packages that the image holds, packed, and rpm's database of them. */
export function rpmBase(release) {
  const base = rpmFacts(release).filter(({ isBase }) => isBase);
  const entries = new Map(base.flatMap((fact) => fact.entries).map((entry) => [entry.path, entry]));
  const sorted = [...entries.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  const text = base.map((fact) => rpmRecord(fact, release)).join('\n');
  return { listing: packListing(sorted), texts: { [RPM_DATABASE[release]]: text } };
}

/** As src/catalogue/packages/rpm/rpmDatabase.ts reads it: fields by their tags, then the files. */
function rpmRecord(fact, release) {
  const dash = fact.version.lastIndexOf('-');
  return [
    `Name: ${fact.name}`,
    `Version: ${fact.version.slice(0, dash)}`,
    `Release: ${fact.version.slice(dash + 1)}`,
    `Size: ${fact.installedBytes}`,
    `License: ${fact.license}`,
    `Source: ${fact.origin}`,
    `Summary: ${fact.description}`,
    `InstallTime: ${BUILD_TIME[release]}`,
    'From: installed',
    `Requires: ${fact.dependencies.join(' ')}`,
    ...fact.entries.map(({ path }) => `/${path}`),
    '',
  ].join('\n');
}
