import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { HOST_PROGRAMS } from '../../../src/machine/hostPrograms.ts';
import { run, testKernel } from '../../support/testKernel.ts';

/** A script that the host's bash and git run, and ours. */
export interface GitScript {
  readonly name: string;
  readonly script: string;
}

const ENV = {
  LC_ALL: 'C',
  TZ: 'UTC',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_COMMITTER_NAME: 'Bob',
  GIT_COMMITTER_EMAIL: 'bob@example.com',
  GIT_AUTHOR_DATE: '1700000000 +0100',
  GIT_COMMITTER_DATE: '1700000100 +0000',
  PAGER: 'cat',
};
const ROOT = '/data';

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function runReal(script: string): Outcome {
  const directory = mkdtempSync(join(tmpdir(), 'git-'));
  try {
    mkdirSync(join(directory, 'home'));
    mkdirSync(join(directory, 'work'));
    const result = spawnSync('bash', ['-c', script.replaceAll(ROOT, directory)], {
      cwd: join(directory, 'work'),
      env: { PATH: process.env.PATH, HOME: join(directory, 'home'), ...ENV },
      encoding: 'utf8',
    });
    const plain = (text: string) => text.replaceAll(directory, ROOT);
    return { code: result.status ?? -1, stdout: plain(result.stdout), stderr: plain(result.stderr) };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

export async function runOurs(script: string): Promise<Outcome> {
  const files = { [`${ROOT}/home`]: null, [`${ROOT}/work`]: null };
  const machine = testKernel({ programs: HOST_PROGRAMS, files });
  return run(machine, ['bash', '-c', script], { env: { ...ENV, HOME: `${ROOT}/home` }, cwd: `${ROOT}/work` });
}

/** The same output, errors and exit status. */
export function besideGit(scripts: readonly GitScript[]): void {
  for (const { name, script } of scripts) {
    it(name, async () => {
      const ours = await runOurs(script);
      expect(ours).toEqual(runReal(script));
    });
  }
}
