import { describe, expect, it } from 'vitest';
import { relationNames } from '../../src/catalogue/packages/resolvePackages.ts';
import { run, type TestKernel } from '../support/testKernel.ts';
import { catalogue, imageKernel } from './container.ts';

const sh = (machine: TestKernel, script: string) => run(machine, ['/usr/bin/bash', '-c', script]);
const packagesOf = (suite: string) => catalogue.aptPackages(`ID=ubuntu\nVERSION_CODENAME=${suite}\n`);

describe('CAT-2 packages of Ubuntu', () => {
  it.each(['focal', 'jammy', 'noble', 'bionic'])(
    '%s: every package has its files and what it depends on, and no version of Debian’s updates',
    async (suite) => {
      const packages = packagesOf(suite);
      const index = await packages.index();
      expect(index.size).toBeGreaterThan(390);
      expect([...index.keys()]).toEqual([...index.keys()].sort());
      const provided = new Set(index.keys());
      for (const { fields } of index.values())
        for (const [name = ''] of relationNames(fields.get('Provides'))) provided.add(name);
      for (const { name, fields } of index.values()) {
        expect(fields.get('Version'), name).toMatch(/^[\w.:+~-]+$/);
        expect(fields.get('Version'), name).not.toMatch(/deb\d+u|\+b\d/);
        expect((await packages.entries(name)).length, name).toBeGreaterThan(0);
        for (const choice of relationNames(fields.get('Depends')))
          expect(
            choice.some((one) => provided.has(one)),
            `${name}: ${choice.join(' | ')}`,
          ).toBe(true);
      }
      const base = await packages.base();
      expect(base.filter((name) => !index.has(name))).toEqual([]);
      expect(base).not.toContain('tzdata');
    },
  );

  it.each([
    ['focal', 'python3.8', 'gcc-9', 'libssl1.1', '7.68.0-1ubuntu2'],
    ['jammy', 'python3.10', 'gcc-11', 'libssl3', '7.81.0-1ubuntu1'],
    ['noble', 'python3.12', 'gcc-13', 'libssl3t64', '8.5.0-2ubuntu10'],
  ])('%s has packages by the names that they have there', async (suite, python, gcc, ssl, curl) => {
    const packages = packagesOf(suite);
    const index = await packages.index();
    for (const name of [python, gcc, ssl]) expect(index.has(name), name).toBe(true);
    expect(index.has('python3.11')).toBe(false);
    expect(index.get('curl')?.fields.get('Version')).toContain(curl);
    const paths = (await packages.entries(`${python}-minimal`)).map(({ path }) => path);
    expect(paths).toContain(`usr/bin/${python}`);
    expect(paths.filter((path) => path.includes('3.11'))).toEqual([]);
    const link = (await packages.entries('python3-minimal')).find(({ path }) => path === 'usr/bin/python3');
    expect(link?.target).toBe(python);
    expect(index.get('curl')?.fields.get('Depends')).toMatch(
      new RegExp(`libcurl4(t64)? \\(= ${index.get('curl')?.fields.get('Version')?.replace(/\W/g, '\\$&')}\\)`),
    );
  });
});

describe('CAT-3 apt in images of Ubuntu', () => {
  it.each([
    ['20.04', 'focal', '3.8', '9'],
    ['22.04', 'jammy', '3.10', '11'],
    ['24.04', 'noble', '3.12', '13'],
  ])('%s: lists, places, versions and programs are the release’s', async (tag, suite, python, gcc) => {
    const machine = await imageKernel('library/ubuntu', tag);
    expect((await sh(machine, 'grep -c deb1 /var/lib/dpkg/status')).stdout).toBe('0\n');
    const updated = await sh(machine, 'apt-get update');
    expect(updated.stdout).toContain(`Get:1 http://security.ubuntu.com/ubuntu ${suite}-security InRelease [129 kB]\n`);
    expect(updated.stdout).toContain(`http://archive.ubuntu.com/ubuntu ${suite}/universe amd64 Packages [`);
    const installed = await sh(machine, 'apt-get install -y --no-install-recommends python3 gcc libc6-dev tree');
    expect(installed.code).toBe(0);
    expect(installed.stdout).toMatch(
      new RegExp(`Get:\\d+ http://archive.ubuntu.com/ubuntu ${suite}(-updates)?/main amd64 gcc-${gcc} amd64 `),
    );
    expect(installed.stdout).toMatch(new RegExp(`ubuntu ${suite}(-updates)?/universe amd64 tree amd64 `));
    expect(installed.stdout).not.toMatch(/deb1[0-9]u/);
    expect((await sh(machine, 'python3 --version; ls -l /usr/bin/gcc | sed "s/.* //"')).stdout).toMatch(
      new RegExp(`^Python ${python}\\.\\d+\ngcc-${gcc}\n$`),
    );
    expect((await sh(machine, 'dpkg -S /usr/bin/tree')).stdout).toBe('tree: /usr/bin/tree\n');
  });

  it('pip may install beside the packages of 22.04, and not beside those of 24.04 (PEP 668)', async () => {
    const codes: number[] = [];
    for (const tag of ['22.04', '24.04']) {
      const machine = await imageKernel('library/ubuntu', tag);
      const script = 'apt-get update -qq && apt-get install -y -qq python3-pip >/dev/null && pip3 install -q requests';
      codes.push((await sh(machine, script)).code);
    }
    expect(codes).toEqual([0, 1]);
  });
});
