import type { CommandEntry } from './command.ts';

/** The suites of `palimpsest conformance SUITE`. */
export const CONFORMANCE_SUITES: readonly CommandEntry[] = [
  {
    name: 'archives',
    summary: 'opens every archive of a folder and compares with its MANIFEST.json',
    load: () => import('./conformance/archives.ts'),
  },
  {
    name: 'docker',
    summary: 'replays recorded sessions of docker on a simulated machine',
    load: () => import('./conformance/docker.ts'),
  },
  {
    name: 'overlay',
    summary: 'replays recorded traces of the kernel’s overlayfs on the union mount',
    load: () => import('./conformance/overlay.ts'),
  },
  {
    name: 'tables',
    summary: 'compares with tables of recorded answers: Dockerfiles, ignore files, references, and more',
    load: () => import('./conformance/tables.ts'),
  },
];
