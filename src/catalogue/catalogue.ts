import { encodeName } from '../bytes/byteName.ts';
import type { Platform } from '../bytes/platform.ts';
import type { RunSource } from '../bytes/runSource.ts';
import type { AptPackages } from './aptPackages.ts';
import type { CatalogueFiles } from './catalogueFiles.ts';
import { DebianPackages } from './debianPackages.ts';
import { type Language, LanguagePackages } from './languagePackages.ts';
import { LayerDigests } from './layerDigests.ts';
import { NpmPackages } from './packages/npm/npmPackages.ts';
import { FactPackages } from './factPackages.ts';
import { layerEntries } from './layerEntries.ts';
import { layerTar } from './layerTar.ts';
import { readListing } from './listing.ts';
import type { ImageRecipe } from './recipe.ts';
import { UbuntuPackages } from './ubuntuPackages.ts';

/** An image made of stand-ins, with real digests of what it is. */
export interface CatalogueImage {
  readonly config: Uint8Array;
  /** Base first; layers of images that share them are the same object. */
  readonly layers: readonly CatalogueLayer[];
}

export interface CatalogueLayer {
  /** `sha256:…` of the tar. */
  readonly diffId: string;
  readonly tar: RunSource;
}

/** A line of `images/index.json`. */
export interface CatalogueEntry {
  readonly name: string;
  readonly repository: string;
  readonly tags: readonly string[];
  readonly description: string;
  readonly stars: number;
}

interface Made extends CatalogueImage {
  readonly history: readonly object[];
  readonly installed: ReadonlySet<string>;
  readonly packages: AptPackages;
}

const OS_RELEASE = 'usr/lib/os-release';

/** Base images that are there without a network: made from listings when they are first asked for. */
export class Catalogue {
  readonly debian: DebianPackages;
  readonly alpine: FactPackages;
  /** CentOS 7, and Rocky Linux 9. */
  readonly el7: FactPackages;
  readonly el9: FactPackages;
  readonly npm: NpmPackages;
  readonly languages: Readonly<Record<Language, LanguagePackages>>;
  readonly #files: CatalogueFiles;
  readonly #digests: LayerDigests;
  readonly #layers = new Map<string, CatalogueLayer>();
  readonly #ubuntu = new Map<string, UbuntuPackages>();
  #index: Promise<readonly CatalogueEntry[]> | undefined;
  readonly #made = new Map<string, Promise<Made>>();

  constructor(files: CatalogueFiles, platform: Platform) {
    this.#files = files;
    this.#digests = new LayerDigests(files, platform);
    this.debian = new DebianPackages(files);
    this.alpine = new FactPackages(files, 'alpine');
    this.el7 = new FactPackages(files, 'el7');
    this.el9 = new FactPackages(files, 'el9');
    this.npm = new NpmPackages(files);
    this.languages = {
      gem: new LanguagePackages(files, 'gem'),
      pip: new LanguagePackages(files, 'pip'),
    };
  }

  /** What apt installs in a root, by its os-release. */
  aptPackages(osRelease: string): AptPackages {
    if (!/^ID="?ubuntu/m.test(osRelease)) return this.debian;
    const suite = suiteOf(osRelease) ?? '';
    const packages = this.#ubuntu.get(suite) ?? new UbuntuPackages(this.debian, this.#files, suite);
    this.#ubuntu.set(suite, packages);
    return packages;
  }

  entries(): Promise<readonly CatalogueEntry[]> {
    this.#index ??= this.#files.text('images/index.json').then((text) => JSON.parse(text) as readonly CatalogueEntry[]);
    return this.#index;
  }

  /** The image of a repository (`library/redis`) and tag, or undefined. */
  async image(repository: string, tag: string): Promise<CatalogueImage | undefined> {
    const entry = (await this.entries()).find((one) => one.repository === repository && one.tags.includes(tag));
    return entry && this.#make(entry.name);
  }

  /** A layer of an image that was asked for. */
  layer(diffId: string): CatalogueLayer | undefined {
    return this.#layers.get(diffId);
  }

  /** Where busybox's applets lie in Alpine, without a leading slash. */
  async appletPaths(): Promise<readonly string[]> {
    const { steps } = await this.#recipe('alpine');
    const entries = steps.flatMap(({ layer }) => [...readListing(layer?.listing ?? '')]);
    return entries.filter(({ target }) => target === '/bin/busybox').map(({ path }) => path);
  }

  async #recipe(name: string): Promise<ImageRecipe> {
    return JSON.parse(await this.#files.text(`images/${name}.json`)) as ImageRecipe;
  }

  #make(name: string): Promise<Made> {
    let made = this.#made.get(name);
    if (!made) {
      made = this.#build(name);
      this.#made.set(name, made);
      made.catch(() => this.#made.delete(name));
    }
    return made;
  }

  async #build(name: string): Promise<Made> {
    const recipe = await this.#recipe(name);
    const below = recipe.from === undefined ? undefined : await this.#make(recipe.from);
    const layers = [...(below?.layers ?? [])];
    const history = [...(below?.history ?? [])];
    const installed = new Set(below?.installed);
    let packages = below?.packages ?? this.debian;
    for (const { createdBy, comment, created = recipe.created, layer } of recipe.steps) {
      if (layer) {
        const release = layer.texts?.[OS_RELEASE];
        if (release !== undefined) packages = this.aptPackages(release);
        const entries = await layerEntries(layer, this.#files, packages, installed);
        const tar = layerTar(entries, Math.floor(Date.parse(created) / 1000));
        const made = { diffId: await this.#digests.diffId(tar), tar };
        layers.push(made);
        this.#layers.set(made.diffId, made);
      }
      history.push({
        created,
        created_by: createdBy,
        ...(comment !== undefined && { comment }),
        ...(!layer && { empty_layer: true }),
      });
    }
    const config = {
      architecture: 'amd64',
      config: recipe.config,
      created: recipe.created,
      history,
      os: 'linux',
      rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    };
    return { config: encodeName(JSON.stringify(config)), layers, history, installed, packages };
  }
}

/** `bookworm`, `jammy`: the code name of an os-release. */
export function suiteOf(osRelease: string): string | undefined {
  return /^VERSION_CODENAME="?(\w+)/m.exec(osRelease)?.[1];
}
