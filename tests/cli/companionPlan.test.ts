import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseArguments } from '../../src/cli/arguments.ts';
import { CliError } from '../../src/cli/cliError.ts';
import { COMPANION_OPTIONS, planCompanion } from '../../src/cli/companion/companionPlan.ts';
import { DEFAULT_LIMITS } from '../../src/companion/limits.ts';
import { temporaryFolder } from './sampleImage.ts';
import { runCli } from './runCli.ts';

const dir = temporaryFolder();
const hash = createHash('sha256').update('token').digest('hex');

function plan(...words: string[]) {
  return planCompanion(parseArguments(words, COMPANION_OPTIONS), { XDG_RUNTIME_DIR: '/run/user/7' });
}

function usersFile(text: string): string {
  const path = join(dir, `users-${Math.random()}`);
  writeFileSync(path, text);
  return path;
}

describe('CLI companion', () => {
  it('listens on loopback, for one user, within the usual bounds', () => {
    expect(plan()).toMatchObject({ host: '127.0.0.1', port: 7878, users: undefined, limits: DEFAULT_LIMITS, slots: 2 });
    expect(plan().stateFolder).toMatch(/^\/run\/user\/7\/palimpsest-companion-\d+$/);
  });

  it('takes bounds by name, and users by the hashes of their tokens', () => {
    const { limits, users } = plan(
      '--limit',
      'buildMs=5',
      '--limit=logBytes=7',
      '--users',
      usersFile(`# all\n\nann ${hash}\nbob ${hash}\n`),
    );
    expect(limits).toEqual({ ...DEFAULT_LIMITS, buildMs: 5, logBytes: 7 });
    expect(users?.map(({ name, hash: own }) => [name, own.toString('hex')])).toEqual([
      ['ann', hash],
      ['bob', hash],
    ]);
  });

  it.each([
    [['word']],
    [['--port', '70000']],
    [['--slots', '0']],
    [['--limit', 'no=1']],
    [['--limit', 'toString=1']],
    [['--limit', 'buildMs=-1']],
    [['--users', usersFile('ann secret\n')]],
    [['--users', usersFile(`ann ${hash}\nann ${hash}\n`)]],
    [['--users', usersFile(`../x ${hash}\n`)]],
    [['--users', usersFile('\n')]],
  ])('%s is refused', (words) => {
    expect(() => plan(...words)).toThrow(CliError);
  });

  it.each([
    [['--engine', 'ssh=host'], /an engine is buildkit/],
    [['--engine', 'docker=tcp://10.0.0.1:2375'], /no socket of an engine on this machine/],
    [['--engine', 'buildkit=tcp://build.example:1234'], /ca=, cert= and key= only/],
    [['--engine', 'buildkit=unix:///x', '--buildctl', '/no/such/buildctl'], /not installed/],
    [['--host', '203.0.113.1', '--port', '0', '--engine', 'docker=unix:///no/such.sock'], /203\.0\.113\.1/],
  ])('%s ends with words and status 2', async (words, message) => {
    const run = await runCli(['companion', '--state', join(dir, 'state'), ...words]);
    expect(run.code).toBe(2);
    expect(run.err).toMatch(message);
    expect(run.err).not.toMatch(/internal error|at .*\.ts/);
  });
});
