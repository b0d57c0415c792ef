import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CompanionError } from '../../src/companion/companionError.ts';
import { HELD_FILE, HeldProgram } from '../../src/companion/engines/heldProgram.ts';
import { WaitingShell } from '../../src/companion/engines/waitingShell.ts';
import { temporaryFolder } from './harness.ts';

/** Tells its process, its words, its folder and its environment, then what it was held for. */
const TELLER = `
  const { readFileSync, writeSync } = require('node:fs');
  const tell = (value) => writeSync(2, JSON.stringify(value) + '\\n');
  const [file, ...words] = process.argv.slice(1);
  writeSync(2, process.pid + '\\n');
  tell([words, process.cwd(), process.env.HOME]);
  tell(readFileSync(file, 'utf8'));
  process.exit(3);
`;

/** Ends on no signal that it may handle. */
const SLEEPER = `process.on('SIGTERM', () => {});
  require('node:fs').writeSync(2, process.pid + '\\n');
  setInterval(() => {}, 1000);`;

interface Held {
  readonly words?: readonly string[];
  readonly spare?: WaitingShell;
  readonly script?: string;
  readonly program?: string;
}

function held({ words = [], spare, script = TELLER, program = process.execPath }: Held = {}): HeldProgram {
  const folder = temporaryFolder();
  const all = ['-e', script, HELD_FILE, ...words];
  return new HeldProgram({ program, words: all, folder, environment: { HOME: `${folder}/it's` } }, spare);
}

function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

const never = new AbortController().signal;

describe('COMP-19 a program that is held', () => {
  const words = [
    '',
    "it's",
    '--allow=$(touch evil)',
    '`id`; "x" & | > <',
    'a\\b\\\\',
    'line\nline\n',
    '*',
    '$HOME ${x}',
    '\u0081\u0088 é 中文',
    '-e',
    'x'.repeat(100_000),
  ];

  it.each(['in a shell of its own', 'in one that waits'])('gets every word as it is, %s', async (where) => {
    const spare = where === 'in one that waits' ? { spare: new WaitingShell() } : {};
    const told: string[] = [];
    const line = '{"rules":["\\\\n %s \\u0041"]}';
    const code = await held({ words, ...spare }).release(line, never, (one) => told.push(one));
    expect(code).toBe(3);
    const [seen, folder, home] = JSON.parse(told[1] ?? '') as [string[], string, string];
    expect(seen).toEqual(words);
    expect(home).toBe(`${folder}/it's`);
    expect(JSON.parse(told[2] ?? '')).toBe(line);
  });

  it('is gone when it is not wanted, or its build was aborted', async () => {
    const unwanted = held();
    await unwanted.discard();
    await unwanted.discard();
    const aborted = AbortSignal.abort(new Error('never mind'));
    await expect(held().release('x', aborted, () => undefined)).rejects.toThrow('never mind');
    const controller = new AbortController();
    const pids: number[] = [];
    const running = held({ script: SLEEPER }).release('x', controller.signal, (line) => {
      pids.push(Number(line));
      controller.abort(new Error('stop'));
    });
    await expect(running).rejects.toThrow('stop');
    expect(pids.map(isRunning)).toEqual([false]);
  });

  it('that is not there is told so', async () => {
    const failed = held({ program: '/nowhere/buildctl' }).release('x', never, () => undefined);
    await expect(failed).rejects.toMatchObject({ code: 'noEngine', message: '/nowhere/buildctl is not installed' });
    await expect(failed).rejects.toBeInstanceOf(CompanionError);
  });

  it('a shell that waits ends when nobody needs it', async () => {
    const shell = new WaitingShell();
    expect(shell.isAlive).toBe(true);
    shell.end();
    expect(await shell.ended).toBe(0);
    expect(shell.isAlive).toBe(false);
    // One that has ended is not used.
    const told: string[] = [];
    expect(await held({ spare: shell }).release('x', never, (line) => told.push(line))).toBe(3);
  });
});
