import { describe, expect, it } from 'vitest';
import { YumArguments } from '../../src/catalogue/packages/rpm/yumArguments.ts';
import * as calls from '../../src/shell/kernel/calls.ts';
import { idleProcess, run, type TestKernel } from '../support/testKernel.ts';
import { imageKernel } from './container.ts';

const sh = (machine: TestKernel, script: string) => run(machine, ['/usr/bin/bash', '-c', script]);
const centos = () => imageKernel('library/centos', '7');
const rocky = () => imageKernel('library/rockylinux', '9');

/** A key of version 4 with made-up numbers, of `a <b>`. */
const KEY = `-----BEGIN PGP PUBLIC KEY BLOCK-----

xgsEZAAAAAEAAQEAAc0FYSA8Yj4=
-----END PGP PUBLIC KEY BLOCK-----
`;

describe('CAT-3 options of yum and dnf act, or are refused by name', () => {
  it.each([
    ['--security', { unknown: '--security' }],
    ['--setopt=module_platform_id=x', { notSimulated: '--setopt=module_platform_id=x' }],
    ['--setopt=tsflags=test', { notSimulated: '--setopt=tsflags=test' }],
    ['--debuglevel=9', { notSimulated: '--debuglevel=9' }],
    ['--errorlevel=9', { notSimulated: '--errorlevel=9' }],
    ['--installroot=/x', { unknown: '--installroot=/x' }],
    ['--exclude', { unknown: '--exclude' }],
  ])('%s', (word, fault) => {
    expect(YumArguments.parse(['install', word])).toEqual(fault);
  });

  it.each([
    ['-yq', ['yes', 'quiet']],
    ['-d1', ['quiet']],
    ['-e0', ['no-errors']],
    ['--setopt=tsflags=nodocs', ['nodocs']],
    ['--setopt=assumeyes=1', ['yes']],
    ['--setopt=install_weak_deps=False', []],
    ['--setopt=strict=0', ['skip-broken']],
    ['--best', []],
  ])('%s switches %j', (word, names) => {
    const given = YumArguments.parse(['install', word, 'x']) as YumArguments;
    expect(given.operands).toEqual(['install', 'x']);
    expect(['yes', 'quiet', 'no-errors', 'nodocs', 'skip-broken'].filter((name) => given.has(name))).toEqual(names);
  });

  it('documents stay away, archives only come, plugins are silent, versions are told', async () => {
    const machine = await centos();
    const process = idleProcess(machine);
    expect((await sh(machine, 'yum install -y --downloadonly tree')).stdout).toMatch(
      /exiting because "Download Only" specified\n$/,
    );
    expect(calls.statIfThere(process, '/usr/bin/tree')).toBeUndefined();
    expect((await sh(machine, 'ls /var/cache/yum/x86_64/7/base/packages')).stdout).toMatch(/^tree-.*\.x86_64\.rpm\n$/);
    expect((await sh(machine, 'yum --noplugins -v repolist')).stdout).toMatch(/^Yum version: 3\.4\.3\n/);
    expect((await sh(machine, 'yum --disableplugin=ovl repolist')).stdout).toMatch(/^Loaded plugins: fastestmirror\n/);
    expect((await sh(machine, 'yum -y --setopt=tsflags=nodocs install epel-release')).code).toBe(0);
    expect((await sh(machine, 'rpm -qd epel-release')).stdout).toBe('');
  });

  it('repositories are left out, asked for, or not known', async () => {
    const machine = await rocky();
    expect(await sh(machine, 'dnf -C list wget')).toMatchObject({
      code: 1,
      stderr: "Error: Cache-only enabled but no cache for 'baseos'\n",
    });
    expect(await sh(machine, "dnf -y --disablerepo='*' --enablerepo=baseos install wget")).toMatchObject({
      code: 1,
      stderr: 'Error: Unable to find a match: wget\n',
    });
    expect(await sh(machine, 'dnf -y --enablerepo=frob install wget')).toMatchObject({
      code: 1,
      stderr: "Error: Unknown repo: 'frob'\n",
    });
    expect((await sh(machine, 'dnf -y --enablerepo=crb --skip-broken install nothing-such wget')).code).toBe(0);
    expect((await sh(machine, 'dnf -y --exclude=w* install wget; rpm -q wget')).code).toBe(0);
  });

  it('what came for others goes: with autoremove, and with what needed it in dnf', async () => {
    const old = await centos();
    await sh(old, 'yum -y -q install git');
    expect((await sh(old, 'yum -y remove git; rpm -q perl-Git')).stdout).toContain('perl-Git-');
    const removed = await sh(old, 'yum -y autoremove');
    expect(removed.stdout).toContain('Removing unused dependencies:\n');
    expect((await sh(old, 'rpm -q perl-Git')).stdout).toBe('package perl-Git is not installed\n');
    expect((await sh(old, 'yum -y autoremove')).stdout).toContain('No Packages marked for removal\n');
    const recent = await rocky();
    const before = (await sh(recent, 'rpm -qa | sort')).stdout;
    await sh(recent, 'dnf -y -q --nogpgcheck install git');
    expect((await sh(recent, 'dnf -y remove git')).code).toBe(0);
    expect((await sh(recent, 'rpm -qa | sort')).stdout).toBe(before);
  });

  it('packages of addresses and files: the catalogue’s own, and no others', async () => {
    const machine = await centos();
    const epel = 'https://dl.fedoraproject.org/pub/epel/epel-release-latest-7.noarch.rpm';
    expect((await sh(machine, `yum install -y ${epel}`)).code).toBe(0);
    expect((await sh(machine, 'rpm -q epel-release')).stdout).toMatch(/^epel-release-7/);
    for (const place of ['https://example.org/frob-1.0.rpm', './frob.rpm'])
      expect(await sh(machine, `yum install -y ${place}`)).toMatchObject({
        code: 1,
        stderr: expect.stringContaining(`${place}: packages of addresses and files are not simulated`),
      });
  });

  it('check-update tells by its code', async () => {
    const machine = await centos();
    await sh(machine, 'yum -y -q install wget');
    expect((await sh(machine, 'yum -q check-update wget')).code).toBe(0);
    await sh(machine, "sed -i 's/^Version: 1.14$/Version: 1.13/' /var/lib/rpm/Packages");
    expect(await sh(machine, 'yum -q check-update wget')).toMatchObject({
      code: 100,
      stdout: expect.stringMatching(/^\nwget\.x86_64 +1\.14-18\.el7_6\.1 +base\n$/),
    });
  });
});

describe('CAT-3 rpm keeps keys', () => {
  it('imports the distribution’s and others, once, and lists them', async () => {
    const machine = await centos();
    const own = '/etc/pki/rpm-gpg/RPM-GPG-KEY-CentOS-7';
    expect(await sh(machine, `rpm -q gpg-pubkey; rpm --import ${own} && rpm --import ${own}`)).toMatchObject({
      code: 0,
      stdout: 'package gpg-pubkey is not installed\n',
    });
    await calls.writeFile(idleProcess(machine), '/tmp/key.asc', KEY);
    expect((await sh(machine, 'rpm --import /tmp/key.asc')).stderr).toBe('');
    const listed = (await sh(machine, 'rpm -q gpg-pubkey')).stdout.split('\n');
    expect(listed[0]).toBe('gpg-pubkey-f4a80eb5-53a7ff4b');
    expect(listed[1]).toBe('gpg-pubkey-1550dc6e-64000000');
    expect((await sh(machine, 'yum install -y tree')).stdout).not.toContain('Importing GPG key');
    expect((await sh(machine, `rpm -e ${listed[1]}; rpm -qa gpg-pubkey`)).stdout).toBe(`${listed[0]}\n`);
  });

  it.each([
    ['/etc/passwd', 'error: /etc/passwd: key 1 not an armored public key.\n'],
    ['/tmp/none', 'error: /tmp/none: import read failed(2).\n'],
    [
      'https://example.org/key',
      'error: https://example.org/key: keys of addresses are not simulated: no network was asked\n',
    ],
  ])('refuses %s', async (path, stderr) => {
    expect(await sh(await centos(), `rpm --import ${path}`)).toMatchObject({ code: 1, stderr });
  });

  it('erases with the words that are asked for', async () => {
    const machine = await centos();
    await sh(machine, 'yum -y -q install tree wget');
    expect((await sh(machine, 'rpm -ev tree')).stdout).toMatch(/^Preparing packages\.\.\.\ntree-.*\.x86_64\n$/);
    expect((await sh(machine, 'rpm -evh wget')).stdout).toContain(
      `${'Preparing...'.padEnd(37)} ${'#'.repeat(33)} [100%]\n`,
    );
    expect((await sh(machine, 'rpm -qlv bash')).stderr).toBe('rpm: -v: not simulated beside -q\n');
    expect((await sh(machine, 'rpm --rebuilddb')).stderr).toBe('rpm: --rebuilddb: no option that is simulated\n');
  });
});
