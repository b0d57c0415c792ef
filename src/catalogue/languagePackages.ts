import type { CatalogueFiles } from './catalogueFiles.ts';
import type { ListedEntry } from './listing.ts';

/** Whose packages: RubyGems', Python's. */
export type Language = 'gem' | 'pip';

/** A package of a language: a line of `languages/LANGUAGE.txt`:
 *  `NAME VERSION ARCHIVE_BYTES UNPACKED_KIB DEPENDENCIES PROGRAMS MODULES`, lists with commas, `-` for none; a version
 *  that ends with `!` has parts to be compiled. */
export interface LanguagePackage {
  readonly name: string;
  readonly version: string;
  readonly needsCompiler: boolean;
  readonly archiveBytes: number;
  readonly unpackedBytes: number;
  readonly dependencies: readonly string[];
  readonly programs: readonly string[];
  readonly modules: readonly string[];
}

/** The packages of one language that the catalogue holds; its file is read once, when it is first needed. */
export class LanguagePackages {
  readonly #files: CatalogueFiles;
  readonly #language: Language;
  #index: Promise<ReadonlyMap<string, LanguagePackage>> | undefined;

  constructor(files: CatalogueFiles, language: Language) {
    this.#files = files;
    this.#language = language;
  }

  /** By name, as the language writes it. */
  index(): Promise<ReadonlyMap<string, LanguagePackage>> {
    this.#index ??= this.#files.text(`languages/${this.#language}.txt`).then(readIndex);
    return this.#index;
  }
}

function readIndex(text: string): ReadonlyMap<string, LanguagePackage> {
  const list = (column = '-') => (column === '-' ? [] : column.split(','));
  const packages = new Map<string, LanguagePackage>();
  for (const line of text.trim().split('\n')) {
    const [name = '', version = '', archive, unpacked, dependencies, programs, modules] = line.split(' ');
    packages.set(name, {
      name,
      version: version.replace('!', ''),
      needsCompiler: version.endsWith('!'),
      archiveBytes: Number(archive),
      unpackedBytes: Number(unpacked) * 1024,
      dependencies: list(dependencies),
      programs: list(programs),
      modules: list(modules),
    });
  }
  return packages;
}

/** The wanted packages and what they need, each behind what it depends on; without those that `isInstalled`. */
export function withDependencies(
  index: ReadonlyMap<string, LanguagePackage>,
  wanted: readonly string[],
  isInstalled: (name: string) => boolean,
): readonly LanguagePackage[] {
  const order = new Map<string, LanguagePackage>();
  const begun = new Set<string>();
  const add = (name: string): void => {
    const found = index.get(name);
    if (!found || begun.has(name)) return;
    begun.add(name);
    for (const dependency of found.dependencies) if (!isInstalled(dependency)) add(dependency);
    order.set(name, found);
  };
  for (const name of wanted) add(name);
  return [...order.values()];
}

/** Files of a package that share its size: later modules are smaller. */
export function moduleFiles(paths: readonly string[], totalBytes: number): readonly ListedEntry[] {
  const weights = paths.map((_, i) => 1 / (i + 2));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return paths.map((path, i) => ({
    kind: 'f',
    path,
    mode: 0o644,
    uid: 0,
    gid: 0,
    sizeBytes: Math.floor((totalBytes * (weights[i] as number)) / sum),
  }));
}
