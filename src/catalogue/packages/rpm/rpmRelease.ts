import * as calls from '../../../shell/kernel/calls.ts';
import type { Process } from '../../../shell/kernel/process.ts';
import type { Catalogue } from '../../catalogue.ts';
import type { FactPackage, FactPackages } from '../../factPackages.ts';
import { readTextIfThere } from './rpmDatabase.ts';

/** A repository as `yum repolist` shows it, what its metadata weigh unpacked, and the letter of its packages. */
export interface RpmRepository {
  readonly id: string;
  readonly title: string;
  readonly letter: string;
  readonly metadataBytes: number;
}

/** A distribution of the rpm family, as far as the package managers must know it. */
export interface RpmRelease {
  readonly major: 7 | 9;
  readonly packages: FactPackages;
  readonly repositories: readonly RpmRepository[];
  readonly key: {
    readonly id: string;
    /** When it was made, in hex: seconds. */
    readonly created: string;
    readonly user: string;
    readonly fingerprint: string;
    readonly path: string;
    readonly holder: string;
  };
}

const EPEL = '/etc/yum.repos.d/epel.repo';

/** Of the root that the process sees: what is not of the ninth release counts as the seventh. */
export async function rpmRelease(process: Process, catalogue: Catalogue): Promise<RpmRelease> {
  const release = await readTextIfThere(process, '/etc/os-release');
  const hasEpel = calls.statIfThere(process, EPEL) !== undefined;
  return /^VERSION_ID="?9/m.test(release) ? rocky(catalogue, hasEpel) : centos(catalogue, hasEpel);
}

function centos(catalogue: Catalogue, hasEpel: boolean): RpmRelease {
  return {
    major: 7,
    packages: catalogue.el7,
    repositories: [
      { id: 'base', title: 'CentOS-7 - Base', letter: 'b', metadataBytes: 31_000_000 },
      ...(hasEpel
        ? [
            {
              id: 'epel',
              title: 'Extra Packages for Enterprise Linux 7 - x86_64',
              letter: 'e',
              metadataBytes: 39_000_000,
            },
          ]
        : []),
      { id: 'extras', title: 'CentOS-7 - Extras', letter: 'x', metadataBytes: 1_100_000 },
      { id: 'updates', title: 'CentOS-7 - Updates', letter: 'u', metadataBytes: 98_000_000 },
    ],
    key: {
      id: 'F4A80EB5',
      created: '53a7ff4b',
      user: 'CentOS-7 Key (CentOS 7 Official Signing Key) <security@centos.org>',
      fingerprint: '6341 ab27 53d7 8a78 a7c2 7bb1 24c6 a8a7 f4a8 0eb5',
      path: '/etc/pki/rpm-gpg/RPM-GPG-KEY-CentOS-7',
      holder: 'centos-release',
    },
  };
}

function rocky(catalogue: Catalogue, hasEpel: boolean): RpmRelease {
  return {
    major: 9,
    packages: catalogue.el9,
    repositories: [
      { id: 'baseos', title: 'Rocky Linux 9 - BaseOS', letter: 'b', metadataBytes: 14_000_000 },
      { id: 'appstream', title: 'Rocky Linux 9 - AppStream', letter: 'u', metadataBytes: 52_000_000 },
      { id: 'extras', title: 'Rocky Linux 9 - Extras', letter: 'x', metadataBytes: 130_000 },
      ...(hasEpel
        ? [
            {
              id: 'epel',
              title: 'Extra Packages for Enterprise Linux 9 - x86_64',
              letter: 'e',
              metadataBytes: 61_000_000,
            },
          ]
        : []),
    ],
    key: {
      id: '350D275D',
      created: '6279464b',
      user: 'Rocky Enterprise Software Foundation - Release key 2022 <releng@rockylinux.org>',
      fingerprint: '21CB 256A E16F C54C 6E65 2949 702D 426D 350D 275D',
      path: '/etc/pki/rpm-gpg/RPM-GPG-KEY-Rocky-9',
      holder: 'rocky-release',
    },
  };
}

/** What the repositories that are there hold. */
export async function availablePackages(release: RpmRelease): Promise<ReadonlyMap<string, FactPackage>> {
  const letters = new Set(release.repositories.map(({ letter }) => letter));
  return new Map([...(await release.packages.index())].filter(([, { repository }]) => letters.has(repository)));
}

/** The id of the repository that a package comes from. */
export function repositoryOf(release: RpmRelease, { repository }: FactPackage): string {
  return release.repositories.find(({ letter }) => letter === repository)?.id ?? '';
}
