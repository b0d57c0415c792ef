import type { CommandEntry } from './command.ts';

/** Every command, in the order of the help. A command's code is loaded when it is called. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'inspect',
    summary: 'the images, layers and configs in an archive',
    load: () => import('./commands/inspect.ts'),
  },
  {
    name: 'history',
    summary: 'how an image was built, step by step, with sizes',
    load: () => import('./commands/history.ts'),
  },
  { name: 'ls', summary: 'list a directory of an image or of one layer', load: () => import('./commands/ls.ts') },
  { name: 'tree', summary: 'draw the file tree with sizes and layers', load: () => import('./commands/tree.ts') },
  { name: 'cat', summary: 'print files, also those that upper layers hide', load: () => import('./commands/cat.ts') },
  {
    name: 'extract',
    summary: 'write files and directories to a folder',
    load: () => import('./commands/extract.ts'),
  },
  { name: 'diff', summary: 'compare two images, or two layers', load: () => import('./commands/diff.ts') },
  {
    name: 'waste',
    summary: 'bytes that nobody can read, with cause and remedy',
    load: () => import('./commands/waste.ts'),
  },
  {
    name: 'drivers',
    summary: 'what storage drivers keep on disk, and what changes cost in each',
    load: () => import('./commands/drivers.ts'),
  },
  { name: 'verify', summary: 'recompute every digest', load: () => import('./commands/verify.ts') },
  {
    name: 'mount',
    summary: 'serve an image as a file system (Linux)',
    load: () => import('./commands/mount.ts'),
  },
  {
    name: 'shell',
    summary: 'run commands on a simulated machine with docker',
    load: () => import('./commands/shell.ts'),
  },
  {
    name: 'build',
    summary: 'build a folder with the simulated engine',
    load: () => import('./commands/build.ts'),
  },
  { name: 'convert', summary: 'write the image in another form', load: () => import('./commands/convert.ts') },
  {
    name: 'pull',
    summary: 'write an image of a registry to a file',
    load: () => import('./commands/pull.ts'),
  },
  { name: 'push', summary: 'put an image into a registry', load: () => import('./commands/push.ts') },
  {
    name: 'companion',
    summary: 'serve the page, and build for real with the engines of this machine',
    load: () => import('./commands/companion.ts'),
  },
  {
    name: 'dockerfile',
    summary: 'what a Dockerfile says, stage by stage, and what BuildKit’s checks find',
    load: () => import('./commands/dockerfile.ts'),
  },
  {
    name: 'conformance',
    summary: 'judge this program by recorded facts',
    load: () => import('./commands/conformance.ts'),
  },
];
