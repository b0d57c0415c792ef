import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chmod, lutimes, mkdir, statIfThere, symlink, writeFile } from '../../src/shell/kernel/calls.ts';
import { VirtualClock } from '../../src/shell/kernel/clock.ts';
import type { Process } from '../../src/shell/kernel/process.ts';
import { standIn } from '../../src/shell/kernel/standIn.ts';
import type { Flavour } from '../../src/shell/kernel/program.ts';
import { UTILITIES } from '../../src/shell/utilities/registry.ts';
import { runPipeline } from './pipeline.ts';
import { run, type TestKernel, testKernel } from './testKernel.ts';

/** A file of a tree: its text, `null` for a directory, a link's target, or a text with a mode. */
export type TreeFile = string | null | { readonly link: string } | { readonly text: string; readonly mode: number };
export type Tree = Readonly<Record<string, TreeFile>>;

/** Everything in a tree was last changed at this time: old enough that listings show the year. */
const TREE_TIME_SEC = 1_000_000_000;

/** Lines of commands, one after the other, in a directory that holds a tree. `unordered`: lines may come in any order. */
export interface Case {
  readonly lines: string;
  /** What is run afterwards to show the state; its status does not count. */
  readonly after?: string;
  readonly unordered?: boolean;
  /** What is written on standard error is not compared: only whether something is. */
  readonly anyErrors?: boolean;
}

interface Outcome {
  readonly output: string;
  readonly errors: string;
  readonly code: number;
}

/** Runs every case with the real programs and with ours, and compares what they print and how they end. The real
 *  busybox is found on PATH or by PALIMPSEST_BUSYBOX; without the real programs the cases are skipped, and that is
 *  said. */
export function describeDifferential(
  name: string,
  flavour: Flavour,
  tree: Tree,
  cases: readonly (string | Case)[],
): void {
  const path = oraclePath(flavour);
  if (path === undefined) {
    console.warn(`${name}: skipped, this host has no ${flavour} programs`);
    describe.skip(name, () => undefined);
    return;
  }
  describe(name, () => {
    const all = cases.map((given): Case => (typeof given === 'string' ? { lines: given } : given));
    let real: readonly Outcome[] = [];
    let machine: TestKernel;
    beforeAll(async () => {
      real = runReal(tree, all, path);
      machine = await ourMachine(flavour);
    });
    for (const [index, tested] of all.entries()) {
      it(tested.lines.replaceAll('\n', ' ⏎ '), async () => {
        const ours = await runOurs(machine, `/case-${index}`, tree, tested, flavour);
        expect(shown(ours, tested)).toEqual(shown(real[index] as Outcome, tested));
      });
    }
  });
}

function shown(outcome: Outcome, { unordered, anyErrors }: Case) {
  // What busybox says of its usage is its authors' text: that it says it is enough.
  const told = outcome.errors.replace(/BusyBox v[\s\S]*/, '(usage)');
  const sorted = (text: string) => (unordered ? text.split('\n').sort().join('\n') : text);
  return {
    output: sorted(outcome.output),
    errors: anyErrors ? told !== '' : sorted(told),
    code: outcome.code,
  };
}

let applets: string | undefined;

afterAll(() => {
  if (applets !== undefined) rmSync(applets, { recursive: true });
  applets = undefined;
});

/** PATH under which the real programs of a flavour are found; undefined where the host has none. */
function oraclePath(flavour: Flavour): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined;
  if (flavour === 'gnu') {
    const version = spawnSync('ls', ['--version'], { encoding: 'utf8' }).stdout ?? '';
    return version.includes('coreutils) 9.1') ? (process.env.PATH ?? '') : undefined;
  }
  const busybox = [
    process.env.PALIMPSEST_BUSYBOX ?? '',
    ...(process.env.PATH ?? '').split(delimiter).map((directory) => join(directory, 'busybox')),
  ].find((file) => file !== '' && existsSync(file));
  if (busybox === undefined) return undefined;
  if (applets === undefined) {
    applets = mkdtempSync(join(tmpdir(), 'applets-'));
    const names = execFileSync(busybox, ['--list'], { encoding: 'utf8' }).split('\n');
    for (const applet of names) if (applet !== '') symlinkSync(busybox, join(applets, applet));
  }
  return applets;
}

/** All cases in one shell, each in a copy of the tree of its own: a process for each would cost more than they do. */
function runReal(tree: Tree, cases: readonly Case[], path: string): Outcome[] {
  const root = mkdtempSync(join(tmpdir(), 'real-'));
  try {
    const template = join(root, 'tree');
    makeRealTree(template, tree);
    const script = cases
      .map(({ lines, after = '' }, i) => {
        writeFileSync(join(root, `${i}.sh`), lines);
        writeFileSync(join(root, `${i}.after`), after);
        const run = `cp -a '${template}' '${root}/case-${i}'; cd '${root}/case-${i}'; PATH="$REAL" bash '${root}/${i}.sh' <&3`;
        return `( ${run}; echo $? > '${root}/${i}.code'; PATH="$REAL" bash '${root}/${i}.after' <&3 ) > '${root}/${i}.out' 2> '${root}/${i}.err'`;
      })
      .join('\n');
    // A pipe that has ended, as ours has: /dev/null is a device.
    execFileSync('/bin/bash', ['-c', `exec 3< <(:); bash=$(command -v bash)\nbash() { "$bash" "$@"; }\n${script}`], {
      env: { PATH: process.env.PATH, REAL: path, LC_ALL: 'C', TZ: 'UTC0', HOME: '/root', TERM: 'xterm' },
    });
    return cases.map((_, i) => {
      const text = (ending: string) =>
        readFileSync(join(root, `${i}.${ending}`), 'utf8').replaceAll(`${root}/case-${i}`, '/work');
      return { output: text('out'), errors: text('err'), code: Number(text('code')) };
    });
  } finally {
    rmSync(root, { recursive: true });
  }
}

function makeRealTree(root: string, tree: Tree): void {
  mkdirSync(root);
  for (const [file, content] of Object.entries(tree)) {
    const at = join(root, file);
    mkdirSync(content === null ? at : dirname(at), { recursive: true });
    if (typeof content === 'string') writeFileSync(at, content);
    else if (content && 'link' in content) symlinkSync(content.link, at);
    else if (content) {
      writeFileSync(at, content.text);
      chmodSync(at, content.mode);
    }
  }
  for (const file of allPaths(tree)) lutimesSync(join(root, file), TREE_TIME_SEC, TREE_TIME_SEC);
}

/** One machine for all cases, as a new one for each would cost more than they do. */
async function ourMachine(flavour: Flavour): Promise<TestKernel> {
  const machine = testKernel({ programs: UTILITIES, clock: new VirtualClock(Date.now() / 1000) });
  await run(machine, async (idle) => {
    if (flavour !== 'busybox') return 0;
    mkdir(idle, '/bb');
    for (const name of UTILITIES.names()) await writeFile(idle, `/bb/${name}`, standIn('busybox'), 0o755);
    return 0;
  });
  return machine;
}

async function runOurs(
  machine: TestKernel,
  root: string,
  tree: Tree,
  { lines, after = '' }: Case,
  flavour: Flavour,
): Promise<Outcome> {
  await run(machine, async (idle) => {
    await makeTree(idle, root, tree);
    return 0;
  });
  const env = {
    PATH: flavour === 'busybox' ? '/bb' : '/usr/bin:/bin',
    LC_ALL: 'C',
    TZ: 'UTC0',
    HOME: '/root',
    TERM: 'xterm',
  };
  const outcome = { output: '', errors: '', code: 0 };
  const runLines = async (text: string) => {
    let code = 0;
    for (const line of text.split('\n').filter((one) => one !== '')) {
      const result = await run(machine, (shell) => runPipeline(shell, line), { cwd: root, env });
      outcome.output += result.stdout.replaceAll(root, '/work');
      outcome.errors += result.stderr.replaceAll(root, '/work');
      code = result.code;
    }
    return code;
  };
  outcome.code = await runLines(lines);
  await runLines(after);
  return outcome;
}

async function makeTree(idle: Process, root: string, tree: Tree): Promise<void> {
  mkdir(idle, root);
  for (const path of allPaths(tree).reverse()) {
    const at = `${root}/${path}`;
    const content = tree[path];
    if (content === null || content === undefined) {
      if (!statIfThere(idle, at)) mkdir(idle, at);
    } else if (typeof content === 'string') await writeFile(idle, at, content);
    else if ('link' in content) symlink(idle, content.link, at);
    else {
      await writeFile(idle, at, content.text);
      chmod(idle, at, content.mode);
    }
  }
  const time = { sec: TREE_TIME_SEC, nsec: 0 };
  for (const path of allPaths(tree)) lutimes(idle, path === '' ? root : `${root}/${path}`, time, time);
}

/** Everything that stands in the tree, the directories on the way included, the deepest first. */
function allPaths(tree: Tree): string[] {
  const paths = new Set(['']);
  for (const path of Object.keys(tree)) {
    const parts = path.split('/');
    for (let i = 1; i <= parts.length; i++) paths.add(parts.slice(0, i).join('/'));
  }
  return [...paths].sort((a, b) => b.split('/').length - a.split('/').length || (a < b ? 1 : -1));
}
