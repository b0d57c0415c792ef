import { describe, expect, it } from 'vitest';
import { run, type TestKernel } from '../support/testKernel.ts';
import { imageKernel } from './container.ts';
import { readYarnLock } from '../../src/catalogue/packages/npm/yarnLock.ts';

const ENV = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  NODE_VERSION: '20.9.0',
  YARN_VERSION: '1.22.19',
};
const sh = (machine: TestKernel, script: string) => run(machine, ['/bin/sh', '-c', script], { env: ENV });
const PROJECT =
  '{"name":"todo","version":"1.0.0","scripts":{"hi":"echo hi"},"dependencies":{"express":"^4.18.2","uuid":"^9.0.0"},"devDependencies":{"jest":"^29.3.1"}}';

async function project(): Promise<TestKernel> {
  const machine = await imageKernel('library/node', 'lts-alpine');
  await sh(machine, `mkdir /app && echo '${PROJECT}' > /app/package.json`);
  return machine;
}

describe('CAT-3 yarn installs from the catalogue', () => {
  it('what a project needs, without what only its development does', async () => {
    const machine = await project();
    const { code, stdout, stderr } = await sh(machine, 'cd /app && yarn install --production');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      /^yarn install v1\.22\.19\ninfo No lockfile found\.\n\[1\/4\] Resolving packages\.\.\.\n(?:\[[234]\/4\] .*\n){3}success Saved lockfile\.\nDone in [\d.]+s\.\n$/,
    );
    const ls = await sh(machine, 'cd /app/node_modules && ls -d express jest uuid; ls -A . | head -1');
    expect(ls.stdout).toBe('express\nuuid\n.bin\n');
    expect((await sh(machine, 'cat /app/node_modules/express/package.json')).stdout).toContain('"name": "express"');
  });

  it('keeps to its lock, and refuses one that is out of date where it is frozen', async () => {
    const machine = await project();
    await sh(machine, 'cd /app && yarn');
    const lock = (await sh(machine, 'cat /app/yarn.lock')).stdout;
    expect(lock).toContain('\nexpress@^4.18.2:\n  version "4.18.2"\n');
    expect(readYarnLock(lock).get('uuid@^9.0.0')).toBe('9.0.1');
    const again = await sh(machine, 'cd /app && rm -r node_modules && yarn install --frozen-lockfile');
    expect(again.stdout).not.toContain('lockfile');
    expect((await sh(machine, 'cat /app/yarn.lock')).stdout).toBe(lock);
    const stale = await sh(machine, "cd /app && sed -i 's/9.0.0/9.0.1/' package.json && yarn --frozen-lockfile");
    expect(stale).toMatchObject({
      code: 1,
      stderr: 'error Your lockfile needs to be updated, but yarn was run with `--frozen-lockfile`.\n',
    });
  });

  it('adds, removes, runs scripts, and cleans its cache', async () => {
    const machine = await project();
    const added = await sh(machine, 'cd /app && yarn add debug && grep debug package.json && yarn hi');
    expect(added.stdout).toMatch(/"debug": "\^\d/);
    expect(added.stdout).toContain('yarn run v1.22.19\n$ echo hi\nhi\nDone in');
    const removed = await sh(machine, 'cd /app && yarn remove debug >/dev/null; grep -c debug package.json');
    expect(removed.stdout).toBe('0\n');
    const cleaned = await sh(
      machine,
      'cd /app && ls /usr/local/share/.cache/yarn/v6 | wc -l; yarn cache clean; yarn none',
    );
    expect(cleaned.stdout).toContain('success Cleared cache.\n');
    expect(cleaned.stderr).toBe('error Command "none" not found.\n');
    expect((await sh(machine, 'ls -d /usr/local/share/.cache/yarn/v6')).code).not.toBe(0);
  });

  it('says what the catalogue does not hold, and which option is not simulated', async () => {
    const machine = await project();
    const unknown = await sh(machine, 'cd /app && yarn add no-such-package-at-all');
    expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('no-such-package-at-all') as string });
    const refused = await sh(machine, 'cd /app && yarn install --flat');
    expect(refused.stderr).toBe('error option --flat is not simulated\n');
  });
});
