import { decodeName } from '../../bytes/byteName.ts';
import * as calls from '../../shell/kernel/calls.ts';
import type { Process } from '../../shell/kernel/process.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import type { AptPackages } from '../aptPackages.ts';
import { type Catalogue, suiteOf } from '../catalogue.ts';

/** A file that `apt-get update` fetches; `what` as apt names it: `jammy InRelease`, `jammy/main amd64 Packages`. */
export interface AptList {
  readonly url: string;
  readonly what: string;
  readonly sizeBytes: number;
  readonly keptBytes: number;
}

/** Where the packages of a root come from. */
export interface AptDistribution {
  /** As `apt list` shows it: `stable`, `jammy`. */
  readonly suite: string;
  readonly host: string;
  readonly lists: readonly AptList[];
  readonly packages: AptPackages;
  /** Whether a release of that name is among the lists. */
  readonly hasSuite: (name: string) => boolean;
  /** Where the newest version of a package lies: `bookworm/main`, `jammy-updates/universe`. */
  readonly place: (name: string, version: string) => Promise<string>;
}

export async function aptDistribution(process: Process, catalogue: Catalogue): Promise<AptDistribution> {
  const release = await readText(process, '/etc/os-release');
  const suite = suiteOf(release) ?? 'bookworm';
  const packages = catalogue.aptPackages(release);
  if (packages !== catalogue.debian) return ubuntu(suite, packages);
  const host = 'http://deb.debian.org/debian';
  const debian: readonly (readonly [url: string, what: string, sizeBytes: number, keptBytes: number])[] = [
    [host, `${suite} InRelease`, 151_000, 151_000],
    [host, `${suite}-updates InRelease`, 55_400, 55_400],
    [`${host}-security`, `${suite}-security InRelease`, 48_000, 48_000],
    [host, `${suite}/main amd64 Packages`, 8_787_000, 17_700_000],
    [host, `${suite}-updates/main amd64 Packages`, 12_700, 25_000],
    [`${host}-security`, `${suite}-security/main amd64 Packages`, 106_000, 310_000],
  ];
  return {
    suite: 'stable',
    host,
    packages,
    lists: debian.map(([url, what, sizeBytes, keptBytes]) => ({ url, what, sizeBytes, keptBytes })),
    hasSuite: (name) => ['stable', suite, `${suite}-updates`, `${suite}-security`].includes(name),
    place: () => Promise.resolve(`${suite}/main`),
  };
}

/** Sizes of a suite's lists in thousands of bytes, as its mirrors have them: InRelease, then the components. */
interface UbuntuSizes {
  readonly release: number;
  readonly main: number;
  readonly universe: number;
  readonly restricted: number;
  readonly multiverse: number;
}
const SUITES: Readonly<Record<string, UbuntuSizes>> = {
  focal: { release: 265, main: 1275, universe: 11_300, restricted: 33.4, multiverse: 177 },
  jammy: { release: 270, main: 1792, universe: 17_500, restricted: 164, multiverse: 266 },
  noble: { release: 256, main: 1808, universe: 19_300, restricted: 117, multiverse: 331 },
};
const OTHER_SUITES: UbuntuSizes = { release: 242, main: 1344, universe: 11_300, restricted: 13.5, multiverse: 186 };
const UPDATES: UbuntuSizes = { release: 128, main: 2926, universe: 1511, restricted: 4363, multiverse: 70.9 };
const SECURITY: UbuntuSizes = { release: 129, main: 2606, universe: 1230, restricted: 4199, multiverse: 48.5 };
const COMPONENTS = ['main', 'universe', 'restricted', 'multiverse'] as const;
/** Lists are kept compressed by a quicker means. */
const KEPT_SHARE = 2;

function ubuntu(suite: string, packages: AptPackages): AptDistribution {
  const host = 'http://archive.ubuntu.com/ubuntu';
  const pockets = [
    ['http://security.ubuntu.com/ubuntu', `${suite}-security`, SECURITY],
    [host, suite, SUITES[suite] ?? OTHER_SUITES],
    [host, `${suite}-updates`, UPDATES],
  ] as const;
  const releases = pockets.map(([url, pocket, { release }]): AptList => {
    const sizeBytes = release * 1000;
    return { url, what: `${pocket} InRelease`, sizeBytes, keptBytes: sizeBytes };
  });
  const lists = pockets.flatMap(([url, pocket, sizes]) =>
    COMPONENTS.map((component): AptList => {
      const sizeBytes = sizes[component] * 1000;
      return {
        url,
        what: `${pocket}/${component} amd64 Packages`,
        sizeBytes,
        keptBytes: sizeBytes * KEPT_SHARE,
      };
    }),
  );
  return {
    suite,
    host,
    packages,
    lists: [...releases, ...lists],
    hasSuite: (name) => pockets.some(([, pocket]) => pocket === name),
    place: async (name, version) => `${suite}${isUpdate(version) ? '-updates' : ''}/${await packages.component(name)}`,
  };
}

/** Ubuntu counts a release's updates behind a point: `1ubuntu1.20`, `~22.04.1`. */
function isUpdate(version: string): boolean {
  return /(ubuntu|build)\d+\.\d|~\d\d\.04/.test(version);
}

async function readText(process: Process, path: string): Promise<string> {
  try {
    return decodeName(await calls.readFile(process, path));
  } catch (error) {
    if (error instanceof VfsError) return '';
    throw error;
  }
}
