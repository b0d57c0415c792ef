import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BootSetup, bootMachine, type LabMachine as Booted } from '../src/machine/bootMachine.ts';
import { runCommand } from '../src/machine/runCommand.ts';
import { nodePlatform } from '../src/platform/node.ts';
import { O_CREAT, O_WRONLY } from '../src/vfs/overlay/openFlags.ts';
import type { ProcessFigures } from './measure.ts';

const ENVIRONMENT = {
  HOME: '/root',
  LANG: 'C.UTF-8',
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  // The classic builder, which a client of today leaves out unless told.
  DOCKER_BUILDKIT: '0',
};

/** Name and content of files, by path from the folder that they shall lie in. */
export type FileTree = ReadonlyMap<string, Uint8Array>;

/** A booted machine whose bash runs scripts. */
export interface LabMachine {
  readonly booted: Booted;
  /** Puts files on the disk, their folders too. */
  place(folder: string, tree: FileTree): void;
  /** Runs to the end; standard output and errors together. Throws where the script fails. */
  run(script: string): Promise<ProcessFigures>;
  halt(): Promise<void>;
}

/** With the catalogue of the sources: bundled, a bench lies elsewhere. */
export const BENCH_SETUP: BootSetup = {
  platform: nodePlatform(),
  files: { text: (path) => readFile(join(process.cwd(), 'public/catalogue', path), 'utf8') },
};

export function bootLabMachine(): LabMachine {
  return labMachineOf(bootMachine(BENCH_SETUP));
}

export function labMachineOf(booted: Booted): LabMachine {
  const { machine } = booted;
  const { root } = machine.host;

  function place(folder: string, tree: FileTree): void {
    const known = new Set<string>();
    for (const [path, bytes] of tree) {
      const parts = `${folder}/${path}`.split('/');
      for (let length = 2; length < parts.length; length++) {
        const directory = parts.slice(0, length).join('/');
        if (known.has(directory)) continue;
        known.add(directory);
        if (!exists(directory)) root.mkdir(directory, 0o755);
      }
      root.writeFile(`${folder}/${path}`, bytes, { flags: O_WRONLY | O_CREAT, mode: 0o644 });
    }
  }

  function exists(path: string): boolean {
    try {
      root.stat(path);
      return true;
    } catch {
      return false;
    }
  }

  async function run(script: string): Promise<ProcessFigures> {
    const startMs = performance.now();
    let output = '';
    const status = await runCommand(machine.host, {
      program: '/bin/bash',
      argv: ['bash', '-c', script],
      env: ENVIRONMENT,
      cwd: '/root',
      onText: (text) => {
        output += text;
      },
    });
    if (status !== 0) throw new Error(`the machine's bash ended with ${status}: ${output.slice(-2000)}`);
    return { wallMs: performance.now() - startMs, output };
  }

  return { booted, place, run, halt: () => machine.halt() };
}
