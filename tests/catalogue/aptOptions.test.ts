import { describe, expect, it } from 'vitest';
import { AptArguments } from '../../src/catalogue/packages/aptArguments.ts';
import * as calls from '../../src/shell/kernel/calls.ts';
import { idleProcess, run, type TestKernel } from '../support/testKernel.ts';
import { imageKernel } from './container.ts';

const sh = (machine: TestKernel, script: string) => run(machine, ['/usr/bin/bash', '-c', script]);

async function updated(): Promise<TestKernel> {
  const machine = await imageKernel('library/debian', 'bookworm-slim');
  await sh(machine, 'apt-get update -qq');
  return machine;
}

describe('CAT-3 options of apt act, or are refused by name', () => {
  it.each([
    ['-o Debug::pkgProblemResolver=1', 'Option -o Debug::pkgProblemResolver=1 is not simulated'],
    ['-oAPT::Architecture=arm64', 'Option -o APT::Architecture=arm64 is not simulated'],
    ['-o frob', 'Option -o: Configuration item specification must have an =<val>.'],
    ['--show-progress', 'Command line option --show-progress is not understood in combination with the other options'],
  ])('%s', (words, fault) => {
    expect(AptArguments.parse(['install', ...words.split(' ')])).toBe(fault);
  });

  it.each([
    ['-o APT::Install-Recommends=false', 'no-install-recommends'],
    ['-oAPT::Get::Assume-Yes=true', 'yes'],
    ['--option=apt::install-recommends=0', 'no-install-recommends'],
    ['-o Dpkg::Options::=--force-confold -y', 'yes'],
    ['-o Acquire::Retries=3 -y', 'yes'],
  ])('%s switches %s', (words, name) => {
    const given = AptArguments.parse(['install', ...words.split(' '), 'x']) as AptArguments;
    expect([given.operands, given.has(name)]).toEqual([['install', 'x'], true]);
  });

  it('what came for others goes with --auto-remove and autoremove, but not what is marked', async () => {
    const machine = await updated();
    const before = (await sh(machine, 'dpkg-query -W')).stdout;
    await sh(machine, 'apt-get install -y -qq --no-install-recommends curl');
    expect((await sh(machine, 'apt-mark showauto')).stdout).toContain('libcurl4\n');
    expect((await sh(machine, 'apt-get remove -y curl; apt-mark manual libbrotli1')).stdout).toContain('1 to remove');
    const removed = await sh(machine, 'apt-get autoremove -y');
    expect(removed.stdout).toMatch(/REMOVED:\n(.*\n)*.*libcurl4/);
    expect((await sh(machine, 'dpkg-query -W | cut -f1')).stdout.split('\n')).toContain('libbrotli1');
    await sh(machine, 'apt-get purge -y --auto-remove libbrotli1');
    await sh(machine, 'apt-get install -y -qq git && apt-get purge -y --auto-remove git');
    // apt recommends them.
    expect((await sh(machine, 'dpkg-query -W | cut -f1')).stdout).toContain('ca-certificates\n');
    await sh(machine, 'apt-get autoremove -y -o APT::AutoRemove::RecommendsImportant=false');
    expect((await sh(machine, 'dpkg-query -W')).stdout).toBe(before);
  });

  it('versions, releases, files: what there is, and nothing else', async () => {
    const machine = await updated();
    expect(await sh(machine, 'apt-get install -y tree=1.0-1')).toMatchObject({
      code: 100,
      stderr: "E: Version '1.0-1' for 'tree' was not found\n",
    });
    expect((await sh(machine, "apt-get install -y 'tree=2.1.*'")).code).toBe(0);
    expect((await sh(machine, 'apt-get install -y -t bookworm-backports jq')).stderr).toContain(
      "E: The value 'bookworm-backports' is invalid for APT::Default-Release",
    );
    expect((await sh(machine, 'apt-get install -y -t stable jq')).code).toBe(0);
    expect((await sh(machine, 'apt-get install -y ./frob.deb')).stderr).toBe(
      'E: ./frob.deb: packages of files and addresses are not simulated\n',
    );
  });

  it('installs again, only fetches, only tells, shows versions, upgrades alone', async () => {
    const machine = await updated();
    const process = idleProcess(machine);
    expect((await sh(machine, 'apt-get install -d -y tree')).code).toBe(0);
    expect(calls.readdir(process, '/var/cache/apt/archives').map(({ name }) => name)).toContainEqual(
      expect.stringMatching(/^tree_.*_amd64\.deb$/),
    );
    expect((await sh(machine, 'apt-get install -y --only-upgrade tree')).stdout).toContain(
      'Skipping tree, it is not installed and only upgrades are requested.\n',
    );
    expect((await sh(machine, 'apt-get install -y -V tree')).stdout).toMatch(/\n {3}tree \(2\.1/);
    calls.unlink(process, '/usr/bin/tree');
    expect((await sh(machine, 'apt-get install -y --reinstall tree')).stdout).toContain(
      '0 upgraded, 0 newly installed, 1 reinstalled, 0 to remove and 0 not upgraded.\n',
    );
    expect(calls.statIfThere(process, '/usr/bin/tree')).toBeDefined();
    expect((await sh(machine, 'apt-get remove -s tree')).stdout).toMatch(/Remv tree \[2\.1/);
    expect(calls.statIfThere(process, '/usr/bin/tree')).toBeDefined();
  });

  it('keeps what is held or essential', async () => {
    const machine = await updated();
    await sh(machine, 'apt-get install -y -qq tree');
    expect((await sh(machine, 'apt-mark hold tree; apt-mark showhold')).stdout).toBe('tree set on hold.\ntree\n');
    expect((await sh(machine, 'apt-get remove -y tree')).stderr).toContain('Held packages were changed');
    expect((await sh(machine, 'apt-mark unhold tree; apt-get remove -y tree')).code).toBe(0);
    expect((await sh(machine, 'apt-get remove -y bash')).stderr).toContain('Essential packages were removed');
  });
});
