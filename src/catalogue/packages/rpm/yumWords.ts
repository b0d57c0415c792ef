import type { RpmInstalled } from './rpmDatabase.ts';
import { rpmFullName, rpmVersion } from './rpmDatabase.ts';

/** What yum says in its seventh release's words, and dnf in those of the ninth. */
export interface YumWords {
  readonly architecture: string;
  readonly resolved: string;
  readonly downloading: string;
  readonly check: string;
  readonly test: string;
  readonly installing: string;
  readonly erasing: string;
  readonly verifying: string;
  readonly dependents: string;
  readonly installingDependencies: string;
  readonly removingDependencies: string;
  readonly question: string;
  readonly preparing: string | undefined;
  readonly done: (verb: string) => string;
  readonly doneDependencies: ((verb: string) => string) | undefined;
  readonly fullName: (one: RpmInstalled) => string;
  readonly notFound: (names: readonly string[]) => string;
  readonly already: (one: RpmInstalled) => string;
}

export const YUM_WORDS: YumWords = {
  architecture: 'Arch',
  resolved: '\nDependencies Resolved\n',
  downloading: 'Downloading packages:\n',
  check: 'Running transaction check\n',
  test: 'Running transaction test\nTransaction test succeeded\nRunning transaction\n',
  installing: '  Installing : ',
  erasing: '  Erasing    : ',
  verifying: '  Verifying  : ',
  dependents: 'Dependent package',
  installingDependencies: 'Installing for dependencies:',
  removingDependencies: 'Removing for dependencies:',
  question: 'Is this ok [y/d/N]: ',
  preparing: undefined,
  done: (verb) => `${verb}:`,
  doneDependencies: (verb) => `Dependency ${verb}:`,
  fullName: (one) => `${one.name}.${one.architecture} 0:${rpmVersion(one)}`,
  notFound: (names) => `${names.map((name) => `No package ${name} available.\n`).join('')}`,
  already: (one) => `Package ${rpmFullName(one)} already installed and latest version\n`,
};

export const DNF_WORDS: YumWords = {
  architecture: 'Architecture',
  resolved: 'Dependencies resolved.\n',
  downloading: 'Downloading Packages:\n',
  check: 'Running transaction check\nTransaction check succeeded.\n',
  test: 'Running transaction test\nTransaction test succeeded.\nRunning transaction\n',
  installing: '  Installing       : ',
  erasing: '  Erasing          : ',
  verifying: '  Verifying        : ',
  dependents: 'Dependent package',
  installingDependencies: 'Installing dependencies:',
  removingDependencies: 'Removing dependent packages:',
  question: 'Is this ok [y/N]: ',
  preparing: '  Preparing        : ',
  done: (verb) => `${verb}:`,
  doneDependencies: undefined,
  fullName: rpmFullName,
  notFound: (names) => names.map((name) => `No match for argument: ${name}\n`).join(''),
  already: (one) => `Package ${rpmFullName(one)} is already installed.\n`,
};
