import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeName, encodeName } from '../../../src/bytes/byteName.ts';
import { readFile, statIfThere } from '../../../src/shell/kernel/calls.ts';
import { UTILITIES } from '../../../src/shell/utilities/registry.ts';
import { idleProcess, run, testKernel } from '../../support/testKernel.ts';

/** A command that is run by the real program and by ours, in a directory with the same files. */
export interface Case {
  /** Words, with quotes as in a shell: `'…'`, `"…"`, `$'…'`. */
  readonly command: string;
  readonly stdin?: string | Uint8Array;
  readonly files?: Readonly<Record<string, string>>;
  /** Files whose content counts, too. */
  readonly outputs?: readonly string[];
  /** `status`: only the exit status and standard output; the words of errors differ between versions. */
  readonly errors?: 'ignored';
  readonly env?: Readonly<Record<string, string>>;
}

const ENV = { LC_ALL: 'C', TZ: 'UTC' };

/** Whether the host has that program, of a version that says so. */
export function hostHas(program: string, version?: RegExp): boolean {
  const result = spawnSync(program, ['--version'], { encoding: 'utf8' });
  if (result.error) return false;
  return version === undefined || version.test(result.stdout + result.stderr);
}

/** A test a case: the same output, errors and exit status as the host's program has. */
export function sideBySide(name: string, program: string, cases: readonly (Case | string)[], version?: RegExp): void {
  const suite = hostHas(program, version) ? describe : describe.skip;
  suite(`${name} (as the host's ${program})`, () => {
    for (const one of cases) {
      const test = typeof one === 'string' ? { command: one } : one;
      it(test.command.replace(/\n/g, '\\n'), async () => {
        expect(await runOurs(test)).toEqual(runReal(test));
      });
    }
  });
}

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly outputs: Readonly<Record<string, string | undefined>>;
}

export function runReal(test: Case): Outcome {
  const directory = mkdtempSync(join(tmpdir(), 'side-'));
  try {
    for (const [path, text] of Object.entries(test.files ?? {})) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      if (!path.endsWith('/')) writeFileSync(join(directory, path), encodeName(text));
    }
    const [program, ...rest] = splitWords(test.command);
    const result = spawnSync(program as string, rest, {
      cwd: directory,
      input: typeof test.stdin === 'string' ? encodeName(test.stdin) : (test.stdin ?? ''),
      env: { PATH: process.env.PATH, HOME: '/root', ...ENV, ...test.env },
    });
    const outputs = Object.fromEntries(
      (test.outputs ?? []).map((path) => {
        const full = join(directory, path);
        const there = statSync(full, { throwIfNoEntry: false });
        return [path, there ? decodeName(readFileSync(full)) : undefined];
      }),
    );
    return {
      code: result.status ?? -1,
      stdout: decodeName(result.stdout),
      stderr: test.errors === 'ignored' ? '' : decodeName(result.stderr),
      outputs,
    };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

export async function runOurs(test: Case): Promise<Outcome> {
  const files = Object.fromEntries(
    Object.entries(test.files ?? {}).map(([path, text]) => [
      `/data/${path.replace(/\/$/, '')}`,
      path.endsWith('/') ? null : text,
    ]),
  );
  const machine = testKernel({ programs: UTILITIES, files: { '/data': null, ...files } });
  const result = await run(machine, splitWords(test.command), {
    stdin: test.stdin ?? '',
    env: { ...ENV, ...test.env },
    cwd: '/data',
  });
  const process = idleProcess(machine);
  const outputs: Record<string, string | undefined> = {};
  for (const path of test.outputs ?? []) {
    outputs[path] = statIfThere(process, `/data/${path}`)
      ? decodeName(await readFile(process, `/data/${path}`))
      : undefined;
  }
  process.kill(9);
  return {
    code: result.code,
    stdout: result.stdout,
    stderr: test.errors === 'ignored' ? '' : result.stderr,
    outputs,
  };
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '0': '\0', '\\': '\\', "'": "'" };

export function splitWords(command: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < command.length;) {
    const rest = command.slice(at);
    const part = /^(?:'([^']*)'|"([^"]*)"|\$'((?:[^'\\]|\\.)*)'|(\s+)|([^\s'"]))/s.exec(rest) as RegExpExecArray;
    at += part[0].length;
    if (part[4] !== undefined) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      const escaped = part[3]?.replace(/\\(.)/gs, (_, letter: string) => ESCAPES[letter] ?? letter);
      word = (word ?? '') + (part[1] ?? part[2] ?? escaped ?? part[5] ?? '');
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}
