import { describe, expect, it } from 'vitest';
import { ApkArguments } from '../../src/catalogue/packages/apk/apkArguments.ts';
import { NpmArguments } from '../../src/catalogue/packages/npm/npmArguments.ts';
import { PipArguments } from '../../src/catalogue/packages/python/pip.ts';
import { run, type TestKernel } from '../support/testKernel.ts';
import { imageKernel } from './container.ts';

const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const sh = (machine: TestKernel, script: string, stdin = '') =>
  run(machine, ['/bin/sh', '-c', `${PATH}; ${script}`], { stdin });

describe('CAT-3 options that would do nothing are refused by name', () => {
  it.each([
    'add --root /x a',
    'add --no-chown a',
    'add --progress a',
    'fix --xattr a',
    'fix -d a',
    'list --origin',
    'list -P',
  ])('apk %s', (line) => {
    expect(ApkArguments.parse(line.split(' '))).toMatch(/^option --[\w-]+ is not simulated$/);
  });

  it.each(['--find-links /x', '-f /x', '--compile', '--isolated', '-c x', '--no-index', '--prefix=/x', '--dry-run'])(
    'pip install %s',
    (line) => {
      expect(PipArguments.parse([...line.split(' '), 'x'])).toMatch(/^option --?[\w-]+ is not simulated$/);
    },
  );

  it.each(['--all', '--depth=3', '--verbose', '--no-cache', '--no-optional', '--loglevel=silly', '--workspace=x'])(
    'npm install %s',
    (word) => {
      expect(NpmArguments.parse(['install', word])).toEqual({ unknown: word });
    },
  );
});

describe('CAT-3 options that are taken act', () => {
  it('apk asks with -i, and takes an index for old as it is told', async () => {
    const machine = await imageKernel('library/alpine', '3.18');
    const asked = await sh(machine, 'apk add -i tree', 'n\n');
    expect(asked.code).toBe(1);
    expect(asked.stdout).toMatch(/Do you want to continue \[Y\/n\]\? $/);
    expect((await sh(machine, 'apk info -e tree')).code).toBe(1);
    expect((await sh(machine, 'apk add --cache-max-age 0 tree')).stdout).toMatch(/^fetch /);
    expect((await sh(machine, 'apk -q add jq')).stderr).toBe('');
  });

  it('pip looks where it is told, shows no bar, keeps its cache elsewhere, and is silent', async () => {
    const machine = await imageKernel('library/python', '3.11-slim');
    const index = 'https://pypi.tuna.example/simple';
    const told = await sh(machine, `pip install --progress-bar off --cache-dir /tmp/c -v -i ${index} six`);
    expect(told.stdout).toMatch(
      /^Using pip .*\nLooking in indexes: https:\/\/pypi\.tuna\.example\/simple\nCollecting six/,
    );
    expect(told.stdout).not.toContain('━');
    expect((await sh(machine, 'ls /tmp/c/http')).stdout).toMatch(/^six-/);
    expect((await sh(machine, 'pip install -I six')).stdout).toContain('Successfully installed six-');
    expect(await sh(machine, 'pip -qq --disable-pip-version-check install --root-user-action=ignore idna')).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
    const config = `pip config set global.index-url ${index}; pip config get global.index-url; cat ~/.config/pip/pip.conf`;
    expect((await sh(machine, config)).stdout).toMatch(
      new RegExp(`^Writing to .*/pip\\.conf\n${index}\n\\[global\\]\nindex-url = ${index}\n`),
    );
  });

  it('npm keeps settings, warns of force, and is silent', async () => {
    const machine = await imageKernel('library/node', '20-slim');
    const registry = 'https://registry.example/';
    expect(
      (await sh(machine, `npm config set registry ${registry}; npm config get registry; cat ~/.npmrc`)).stdout,
    ).toBe(`${registry}\nregistry=${registry}\n`);
    const made = 'mkdir -p /app && cd /app && npm init -y >/dev/null';
    expect((await sh(machine, `${made} && npm i --force --cache /tmp/c ms && ls /tmp/c`)).stderr).toMatch(
      /^npm WARN using --force .*\nnpm notice The packages are stand-ins /,
    );
    expect(await sh(machine, 'cd /app && npm i --loglevel=silent ms')).toEqual({ code: 0, stdout: '', stderr: '' });
  });
});
