import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { WallClock } from '../../../src/shell/kernel/clock.ts';
import { SHELL_PROGRAMS } from '../../support/shellPrograms.ts';
import { run, testKernel } from '../../support/testKernel.ts';

const CORPUS = fileURLToPath(new URL('./corpus', import.meta.url));
const OURS = ['bash', 'dash', 'ash'] as const;
type ShellName = (typeof OURS)[number];

/** The real shells, where the host has them. */
const REAL: Readonly<Record<ShellName, { readonly command: readonly string[]; readonly version: RegExp }>> = {
  bash: { command: ['bash', '--norc', '--noprofile'], version: /^5\.2\./ },
  dash: { command: ['dash'], version: /./ },
  ash: { command: [process.env.BUSYBOX ?? 'busybox', 'ash'], version: /./ },
};

/** Blocks of `#---- NAME` and a script; the file's name tells for which shells. */
function scriptsOf(file: string): { readonly name: string; readonly text: string }[] {
  const blocks = readFileSync(join(CORPUS, file), 'utf8').split(/^#---- /m);
  return blocks.slice(1).map((block) => {
    const newline = block.indexOf('\n');
    return { name: block.slice(0, newline), text: block.slice(newline + 1) };
  });
}

function isThere(shell: ShellName): boolean {
  const { command, version } = REAL[shell];
  const [file = '', ...rest] = command;
  const script = shell === 'bash' ? 'echo "$BASH_VERSION"' : 'echo yes';
  const asked = spawnSync(file, [...rest, '-c', script], { encoding: 'utf8' });
  return asked.status === 0 && version.test(asked.stdout);
}

interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
}

function runReal(shell: ShellName, text: string): Outcome {
  const directory = mkdtempSync(join(tmpdir(), 'corpus'));
  try {
    const [file = '', ...rest] = REAL[shell].command;
    const env = { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: '/root', SHLVL: '1', LANG: 'C.UTF-8' };
    const real = spawnSync(file, [...rest, '-c', text], { cwd: directory, env, encoding: 'utf8' });
    return { ...comparable(real.stdout, directory), ...comparableErrors(real.stderr, directory), code: real.status };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function runOurs(shell: ShellName, text: string): Promise<Outcome> {
  const kernel = testKernel({ programs: SHELL_PROGRAMS, clock: new WallClock() });
  const env = { PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8', SHLVL: '1' };
  const ours = await run(kernel, [shell, '-c', text], { cwd: '/tmp', env });
  return { ...comparable(ours.stdout, '/tmp'), ...comparableErrors(ours.stderr, '/tmp'), code: ours.code };
}

function comparable(stdout: string, directory: string): { stdout: string } {
  return { stdout: stdout.replaceAll(directory, 'DIRECTORY') };
}

/** Numbers of processes differ. */
function comparableErrors(stderr: string, directory: string): { stderr: string } {
  return { stderr: stderr.replaceAll(directory, 'DIRECTORY').replace(/(line \d+:) +\d+ (?=[A-Z])/g, '$1 PID ') };
}

const files = readdirSync(CORPUS).filter((name) => name.endsWith('.txt'));

it('SHELL-2 the corpus has more than three hundred scripts', () => {
  expect(files.flatMap(scriptsOf).length).toBeGreaterThan(300);
});

for (const shell of OURS) {
  const wanted = files.filter((file) => file.includes('.any.') || file.includes(`.${shell}.`));
  if (!isThere(shell)) {
    console.warn(`SHELL-2: this host has no ${shell} of the version that is simulated: its scripts were not compared`);
    continue;
  }
  describe.each(wanted)(`SHELL-2 scripts do in ${shell} what they do in the real one: %s`, (file) => {
    it.each(scriptsOf(file).map(({ name, text }) => [name, text]))('%s', async (_, text) => {
      expect(await runOurs(shell, text)).toEqual(runReal(shell, text));
    });
  });
}
