import type { AptPackages } from './aptPackages.ts';
import type { CatalogueFiles } from './catalogueFiles.ts';
import type { DebianPackage, DebianPackages } from './debianPackages.ts';
import type { LayerEntry } from './layerTar.ts';

/** Suites of which names and versions are known: Ubuntu 20.04, 22.04 and 24.04. */
const KNOWN_SUITES = ['focal', 'jammy', 'noble'];
/** What Debian's image holds and Ubuntu's does not. */
const NOT_IN_BASE = ['tzdata'];
const RELATIONS = ['Pre-Depends', 'Depends', 'Recommends', 'Provides'];

/** How a suite differs from Debian 12, as `debian/ubuntu-SUITE.txt` tells: `NAME VERSION [OTHERNAME]` for a package of
 *  Debian's and what it is here, `NAME -` for one that is not; `~ FROM TO` in paths; `! PATH` that is not there;
 *  `@ universe NAME…`. */
interface SuiteFacts {
  readonly versions: ReadonlyMap<string, string>;
  readonly names: ReadonlyMap<string, string>;
  readonly left: ReadonlySet<string>;
  readonly paths: readonly (readonly [string, string])[];
  readonly absent: ReadonlySet<string>;
  readonly universe: ReadonlySet<string>;
}

interface Suite extends SuiteFacts {
  readonly index: ReadonlyMap<string, DebianPackage>;
  /** Debian's names by Ubuntu's: several may have become one. */
  readonly sources: ReadonlyMap<string, readonly string[]>;
}

/** The packages of an Ubuntu: files and sizes are those of Debian 12, names and versions its own where they are known,
 *  else Debian's versions without what Debian's own updates add. */
export class UbuntuPackages implements AptPackages {
  readonly #debian: DebianPackages;
  readonly #files: CatalogueFiles;
  readonly #name: string;
  #suite: Promise<Suite> | undefined;

  constructor(debian: DebianPackages, files: CatalogueFiles, name: string) {
    this.#debian = debian;
    this.#files = files;
    this.#name = name;
  }

  async index(): Promise<ReadonlyMap<string, DebianPackage>> {
    return (await this.#read()).index;
  }

  async base(): Promise<readonly string[]> {
    const suite = await this.#read();
    const kept = (await this.#debian.base()).filter((name) => !NOT_IN_BASE.includes(name) && !suite.left.has(name));
    return [...new Set(kept.map((name) => suite.names.get(name) ?? name))];
  }

  async entries(name: string): Promise<readonly LayerEntry[]> {
    const suite = await this.#read();
    const sources = suite.sources.get(name);
    if (!sources) throw new RangeError(`no package ${name}`);
    const entries: LayerEntry[] = [];
    for (const source of sources)
      for (const entry of await this.#debian.entries(source)) entries.push(entryHere(suite, source, name, entry));
    return entries.filter(({ path }) => !suite.absent.has(path));
  }

  async alternatives(name: string): Promise<Readonly<Record<string, string>>> {
    const suite = await this.#read();
    const all = await Promise.all((suite.sources.get(name) ?? []).map((source) => this.#debian.alternatives(source)));
    return Object.fromEntries(
      all.flatMap((links) => Object.entries(links)).map(([path, target]) => [path, pathHere(suite, target)]),
    );
  }

  async component(name: string): Promise<string> {
    return (await this.#read()).universe.has(name) ? 'universe' : 'main';
  }

  #read(): Promise<Suite> {
    this.#suite ??= this.#make();
    return this.#suite;
  }

  async #make(): Promise<Suite> {
    const isKnown = KNOWN_SUITES.includes(this.#name);
    const facts = readFacts(isKnown ? await this.#files.text(`debian/ubuntu-${this.#name}.txt`) : '');
    const index = new Map<string, DebianPackage>();
    const sources = new Map<string, string[]>();
    for (const one of (await this.#debian.index()).values()) {
      if (facts.left.has(one.name)) continue;
      const name = facts.names.get(one.name) ?? one.name;
      const before = sources.get(name);
      if (before) before.push(one.name);
      else sources.set(name, [one.name]);
      // Of several the one that has the name tells what it is.
      if (!before || name === one.name) index.set(name, { name, fields: fieldsHere(facts, one) });
    }
    const sorted = [...index].sort(([a], [b]) => (a < b ? -1 : 1));
    return { ...facts, index: new Map(sorted), sources };
  }
}

function readFacts(text: string): SuiteFacts {
  const facts = {
    versions: new Map<string, string>(),
    names: new Map<string, string>(),
    left: new Set<string>(),
    paths: [] as (readonly [string, string])[],
    absent: new Set<string>(),
    universe: new Set<string>(),
  };
  for (const line of text.split('\n')) {
    const [first = '', second = '', ...rest] = line.split(' ');
    if (first === '') continue;
    if (first === '~') facts.paths.push([second, rest[0] ?? '']);
    else if (first === '!') facts.absent.add(second);
    else if (first === '@') for (const name of rest) facts.universe.add(name);
    else if (second === '-') facts.left.add(first);
    else {
      facts.versions.set(first, second);
      if (rest[0] !== undefined) facts.names.set(first, rest[0]);
    }
  }
  return facts;
}

function versionHere({ versions }: SuiteFacts, name: string, debianVersion: string): string {
  return versions.get(name) ?? debianVersion.replace(/\+b\d+$/, '').replace(/[~+]deb\d+u\d+$/, '');
}

function fieldsHere(facts: SuiteFacts, { name, fields }: DebianPackage): ReadonlyMap<string, string> {
  const here = new Map<string, string>();
  for (const [field, value] of fields) {
    if (field === 'Version') here.set(field, versionHere(facts, name, value));
    else if (!RELATIONS.includes(field)) here.set(field, value);
    else {
      const relations = relationsHere(facts, value);
      if (relations !== '') here.set(field, relations);
    }
  }
  return here;
}

/** Names as they are here. What must be of one version is of the one that is here; lower bounds were Debian's. */
function relationsHere(facts: SuiteFacts, text: string): string {
  const choices = text.split(/, */).map((choice) =>
    choice.split(/ *\| */).flatMap((one) => {
      const [, name = '', architecture = '', exact] = /^([^\s:(]+)(:\w+)?(?: \(= ([^)]+)\))?/.exec(one) ?? [];
      if (facts.left.has(name)) return [];
      const version = exact === undefined ? '' : ` (= ${versionHere(facts, name, exact)})`;
      return [(facts.names.get(name) ?? name) + architecture + version];
    }),
  );
  return [...new Set(choices.filter((choice) => choice.length > 0).map((choice) => choice.join(' | ')))].join(', ');
}

function pathHere({ paths }: SuiteFacts, path: string): string {
  let here = path;
  for (const [from, to] of paths) here = here.replaceAll(from, to);
  return here;
}

function entryHere(suite: SuiteFacts, source: string, name: string, entry: LayerEntry): LayerEntry {
  const documents = `usr/share/doc/${source}`;
  const isDocument = entry.path === documents || entry.path.startsWith(`${documents}/`);
  const path = isDocument ? `usr/share/doc/${name}${entry.path.slice(documents.length)}` : pathHere(suite, entry.path);
  return { ...entry, path, ...(entry.target !== undefined && { target: pathHere(suite, entry.target) }) };
}
