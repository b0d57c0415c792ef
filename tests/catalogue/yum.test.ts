import { describe, expect, it } from 'vitest';
import { packageTable, rpmSize, wordColumns } from '../../src/catalogue/packages/rpm/columns.ts';
import * as calls from '../../src/shell/kernel/calls.ts';
import { idleProcess, run, type TestKernel } from '../support/testKernel.ts';
import { catalogue, imageKernel } from './container.ts';

const sh = (machine: TestKernel, script: string) => run(machine, ['/usr/bin/bash', '-c', script]);

describe('CAT-2 packages of rpm', () => {
  it.each(['el7', 'el9'] as const)('%s: every package has what it depends on, and its files', async (release) => {
    const packages = catalogue[release];
    const index = await packages.index();
    expect(index.size).toBeGreaterThan(120);
    let listedBytes = 0;
    let toldBytes = 0;
    for (const { name, version, dependencies, installedBytes } of index.values()) {
      expect(
        dependencies.filter((one) => !index.has(one)),
        name,
      ).toEqual([]);
      expect(version, name).toMatch(/^[^-\s]+-[^-\s]+$/);
      const entries = await packages.entries(name);
      expect(entries.length, name).toBeGreaterThan(name === 'basesystem' ? -1 : 0);
      listedBytes += entries.reduce((sum, entry) => sum + entry.sizeBytes, 0);
      toldBytes += installedBytes;
    }
    expect(listedBytes / toldBytes).toBeGreaterThan(0.9);
    expect(listedBytes / toldBytes).toBeLessThan(1.1);
  });
});

describe('CAT-3 tables of yum', () => {
  it.each([
    [0, '0  '],
    [612, '612  '],
    [999, '999  '],
    [1000, '1.0 k'],
    [560_000, '547 k'],
    [2_100_000, '2.0 M'],
    [25_000_000, '24 M'],
  ])('%i bytes are %s', (sizeBytes, text) => {
    expect(rpmSize(sizeBytes)).toBe(text);
  });

  it('columns share what is left of the terminal', () => {
    expect(
      packageTable(
        ['Package', 'Arch', 'Version', 'Repository', 'Size'],
        [['wget', 'x86_64', '1.14-18.el7_6.1', 'base', '547 k']],
      ),
    ).toEqual([
      ' Package        Arch             Version                   Repository      Size',
      ' wget           x86_64           1.14-18.el7_6.1           base           547 k',
    ]);
    expect(wordColumns(['wget.x86_64 0:1.14-18.el7_6.1'])).toBe(`  ${'wget.x86_64 0:1.14-18.el7_6.1'.padEnd(78)}\n`);
    expect(wordColumns(['one', 'two', 'three']).split('\n')).toHaveLength(2);
  });
});

describe('CAT-3 yum and dnf install from the catalogue as the real ones do', () => {
  it('wget in CentOS 7: the lines of a transaction, the key once, and rpm knows it', async () => {
    const machine = await imageKernel('library/centos', '7');
    const installed = await sh(machine, 'yum install -y wget');
    expect(installed).toMatchObject({
      code: 0,
      stderr: 'Note: The packages are stand-ins of CentOS 7 from a catalogue: no network was asked.\n',
    });
    expect(installed.stdout).toContain(`Resolving Dependencies
--> Running transaction check
---> Package wget.x86_64 0:1.14-18.el7_6.1 will be installed
--> Finished Dependency Resolution

Dependencies Resolved

${'='.repeat(80)}
 Package        Arch             Version                   Repository      Size
${'='.repeat(80)}
Installing:
 wget           x86_64           1.14-18.el7_6.1           base `);
    expect(installed.stdout).toContain(`Running transaction
${'  Installing : wget-1.14-18.el7_6.1.x86_64'.padEnd(76)}1/1 
${'  Verifying  : wget-1.14-18.el7_6.1.x86_64'.padEnd(76)}1/1 

Installed:
${'  wget.x86_64 0:1.14-18.el7_6.1'.padEnd(80)}

Complete!
`);
    const process = idleProcess(machine);
    expect(calls.stat(process, '/usr/bin/wget').mode & 0o111).not.toBe(0);
    expect(calls.stat(process, '/var/lib/rpm/Packages').sizeBytes).toBeGreaterThan(8e6);
    expect(calls.stat(process, '/var/cache/yum/x86_64/7/base/gen/primary_db.sqlite').sizeBytes).toBeGreaterThan(1e7);
    expect((await sh(machine, 'rpm -q wget; rpm -qf /usr/bin/wget; rpm -ql wget')).stdout).toBe(
      'wget-1.14-18.el7_6.1.x86_64\nwget-1.14-18.el7_6.1.x86_64\n/etc/wgetrc\n/usr/bin/wget\n',
    );
    const again = await sh(machine, 'yum install -y wget tree');
    expect(again.stdout).toContain('Package wget-1.14-18.el7_6.1.x86_64 already installed and latest version\n');
    expect(again.stdout).not.toContain('Importing GPG key');
    expect(installed.stdout).toContain('Importing GPG key 0xF4A80EB5:');
    expect((await sh(machine, 'yum clean all; ls -A /var/cache/yum/x86_64/7')).stdout).toContain(
      'Cleaning repos: base',
    );
    expect(calls.readdir(process, '/var/cache/yum/x86_64/7')).toEqual([]);
  });

  it('dependencies are told apart, and go with what they serve', async () => {
    const machine = await imageKernel('library/centos', '7');
    const installed = await sh(machine, 'yum -y install git');
    expect(installed.stdout).toContain('Installing for dependencies:\n');
    expect(installed.stdout).toMatch(/Install {2}1 Package \(\+\d+ Dependent packages\)\n/);
    expect(installed.stdout).toMatch(/\nInstalled:\n {2}git\.x86_64 .*\n\nDependency Installed:\n/);
    const removed = await sh(machine, 'yum -y remove openssh');
    expect(removed.stdout).toMatch(/Removing:\n openssh .*\nRemoving for dependencies:\n openssh-clients .*\n git /);
    expect((await sh(machine, 'rpm -q git openssh-clients rsync | grep -c "not installed"')).stdout).toBe('2\n');
    expect(calls.statIfThere(idleProcess(machine), '/usr/bin/ssh')).toBeUndefined();
  });

  it('a repository opens what it holds', async () => {
    const machine = await imageKernel('library/centos', '7');
    const missing = await sh(machine, 'yum -y install nginx');
    expect(missing).toMatchObject({ code: 1, stderr: 'Error: Nothing to do\n' });
    expect(missing.stdout).toContain('No package nginx available.\n');
    expect((await sh(machine, 'yum -y -q install epel-release && yum -y -q install nginx')).stdout).toBe('');
    expect((await sh(machine, '/usr/sbin/nginx -v')).stderr).toBe('nginx version: nginx/1.20.1\n');
  });

  it('says what it will not do', async () => {
    const machine = await imageKernel('library/centos', '7');
    const declined = await run(machine, ['/usr/bin/yum', 'install', 'tree'], { stdin: 'n\n' });
    expect(declined.code).toBe(1);
    expect(declined.stdout).toMatch(/Is this ok \[y\/d\/N\]: \nExiting on user command\n$/);
    expect((await sh(machine, 'yum -y remove python')).stderr).toBe(
      'Error: Trying to remove "yum", which is protected\n',
    );
    expect((await sh(machine, 'yum --frobnicate install x')).stderr).toContain('no such option: --frobnicate');
    expect(await sh(machine, 'rpm -e zlib')).toMatchObject({
      stderr: expect.stringMatching(/^error: Failed dependencies:\n\tzlib is needed by \(installed\) /),
    });
    expect(await sh(machine, 'rpm -q nothing-such')).toMatchObject({
      code: 1,
      stdout: 'package nothing-such is not installed\n',
    });
    expect((await sh(machine, 'rpm -qf /etc/hostname-of-none')).stderr).toContain('No such file or directory');
    expect((await sh(machine, 'rpm -i https://example.org/a.rpm')).stderr).toContain('not simulated');
    const credentials = { uid: 1000, gid: 1000, groups: [], umask: 0o022 };
    expect((await run(machine, ['/usr/bin/yum', 'install', 'tree'], { credentials })).stderr).toContain(
      'You need to be root to perform this command.',
    );
  });

  it('rpm formats and expands', async () => {
    const machine = await imageKernel('library/centos', '7');
    const asked = await sh(
      machine,
      "rpm -q --qf '%{NAME}|%-8{VERSION}|\\n' bash; rpm -E %{rhel}; rpm -qa 'yum*' | sort",
    );
    expect(asked.stdout).toBe(
      'bash|4.2.46  |\n7\nyum-3.4.3-168.el7.centos.x86_64\nyum-plugin-fastestmirror-1.1.31-54.el7_8.x86_64\nyum-plugin-ovl-1.1.31-54.el7_8.x86_64\n',
    );
  });

  it('dnf in Rocky Linux 9', async () => {
    const machine = await imageKernel('library/rockylinux', '9');
    const installed = await sh(machine, 'dnf install -y wget');
    expect(installed.stdout).toContain('Dependencies resolved.\n');
    expect(installed.stdout).toContain(`${'  Preparing        :'.padEnd(76)}1/1 \n`);
    expect(installed.stdout).toContain(`${'  Installing       : wget-1.21.1-7.el9.x86_64'.padEnd(76)}1/1 \n`);
    expect(installed.stdout).toMatch(/\nInstalled:\n {2}wget-1\.21\.1-7\.el9\.x86_64 +\n\nComplete!\n$/);
    expect(await sh(machine, 'yum install -y nothing-such')).toMatchObject({
      code: 1,
      stdout: 'No match for argument: nothing-such\n',
      stderr: 'Error: Unable to find a match: nothing-such\n',
    });
    expect((await sh(machine, 'dnf clean all')).stdout).toBe('3 files removed\n');
    expect((await sh(machine, 'rpm -q wget')).stdout).toBe('wget-1.21.1-7.el9.x86_64\n');
  });
});
