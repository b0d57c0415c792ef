import { describe, expect, it } from 'vitest';
import { decodeName } from '../../src/bytes/byteName.ts';
import { choosePackage } from '../../src/catalogue/packages/npm/npmPackages.ts';
import { layOut } from '../../src/catalogue/packages/npm/npmTree.ts';
import { compareVersions, satisfies } from '../../src/catalogue/packages/npm/semver.ts';
import * as calls from '../../src/shell/kernel/calls.ts';
import { idleProcess, run, type TestKernel } from '../support/testKernel.ts';
import { catalogue, imageKernel } from './container.ts';

const ENV = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  NODE_VERSION: '20.9.0',
};
const sh = (machine: TestKernel, script: string) => run(machine, ['/bin/sh', '-c', script], { env: ENV });

describe('CAT-3 ranges of npm', () => {
  it.each([
    ['1.2.3', '^1.2.0', true],
    ['2.0.0', '^1.2.0', false],
    ['0.2.5', '^0.2.3', true],
    ['0.3.0', '^0.2.3', false],
    ['0.0.4', '^0.0.3', false],
    ['1.2.9', '~1.2.3', true],
    ['1.3.0', '~1.2.3', false],
    ['1.9.0', '1.x', true],
    ['2.0.0', '>=1 <2', false],
    ['1.5.0', '>= 1.0.0 < 2.0.0', true],
    ['3.1.0', '1.0.0 - 3.0.0', false],
    ['3.0.0', '^1 || ^3', true],
    ['1.2.3', '1.2.3', true],
    ['1.2.4', '=1.2.3', false],
    ['9.9.9', '*', true],
    ['9.9.9', '', true],
    ['1.0.0', '>1.0.0', false],
  ])('%s in %s: %s', (version, range, isIn) => {
    expect(satisfies(version, range)).toBe(isIn);
  });

  it('orders versions, early ones before their release', () => {
    const sorted = ['1.10.0', '1.2.0', '2.0.0', '2.0.0-beta.1'].sort(compareVersions);
    expect(sorted).toEqual(['1.2.0', '1.10.0', '2.0.0-beta.1', '2.0.0']);
  });
});

describe('CAT-2 packages of JavaScript', () => {
  it('every one has files, and what it depends on in a version that is there', async () => {
    const index = await catalogue.npm.index();
    expect(index.size).toBeGreaterThan(250);
    for (const versions of index.values())
      for (const one of versions) {
        expect((await catalogue.npm.entries(one)).length, one.listedAs).toBeGreaterThan(0);
        expect(one.integrity, one.listedAs).toMatch(/^sha512-/);
        for (const [name, range] of Object.entries(one.dependencies))
          expect(choosePackage(index.get(name), range), `${one.listedAs} needs ${name}@${range}`).toBeDefined();
      }
  });

  it('a tree is as flat as names allow: what a place sees is what it asked for', async () => {
    const index = await catalogue.npm.index();
    const tree = layOut({ index, wanted: { express: '^4.18.2', mocha: '*', nodemon: '*' }, locked: new Map() });
    if (!(tree instanceof Map)) throw new Error(`no ${tree.name}`);
    expect([...tree.keys()].some((place) => place.lastIndexOf('node_modules/') > 0)).toBe(true);
    for (const [place, { dependencies }] of tree)
      for (const [name, range] of Object.entries(dependencies)) {
        let at = place;
        while (at !== '' && !tree.has(`${at}/node_modules/${name}`))
          at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')));
        const seen = tree.get(at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`);
        expect(satisfies(seen?.version ?? '', range), `${place} sees ${name}@${seen?.version}, wants ${range}`).toBe(
          true,
        );
      }
  });
});

describe('CAT-3 npm installs from the catalogue as the real one does', () => {
  it('a project: package.json, the lock, node_modules, the cache', async () => {
    const machine = await imageKernel('library/node', '20');
    await sh(machine, 'mkdir /app && cd /app && npm init -y');
    const installed = await sh(machine, 'cd /app && npm install express');
    expect(installed).toMatchObject({
      code: 0,
      stderr: 'npm notice The packages are stand-ins from a catalogue: no network was asked.\n',
    });
    expect(installed.stdout).toMatch(
      /^\nadded (\d+) packages, and audited \d+ packages in 1s\n\n\d+ packages are looking for funding\n {2}run `npm fund` for details\n\nfound 0 vulnerabilities\n$/,
    );
    const process = idleProcess(machine);
    const read = async (path: string) =>
      JSON.parse(decodeName(await calls.readFile(process, path))) as Record<string, unknown>;
    expect((await read('/app/package.json')).dependencies).toEqual({ express: '^4.18.2' });
    expect(await read('/app/package-lock.json')).toMatchObject({
      lockfileVersion: 3,
      packages: { 'node_modules/express': { version: '4.18.2', integrity: expect.stringMatching(/^sha512-/) } },
    });
    expect(calls.stat(process, '/app/node_modules/express/lib/express.js').sizeBytes).toBeGreaterThan(1000);
    expect((await sh(machine, 'find /root/.npm/_cacache -type f | wc -l')).stdout).toMatch(/^\d\d\n$/);
    expect((await sh(machine, 'cd /app && npm install')).stdout).toMatch(/^\nup to date, audited \d+ packages in 1s\n/);
    expect((await sh(machine, 'cd /app && npm install -D nodemon -s; npm ls')).stdout).toBe(
      'app@1.0.0 /app\n+-- express@4.18.2\n`-- nodemon@3.0.1\n\n',
    );
    expect(calls.readlink(process, '/app/node_modules/.bin/nodemon')).toBe('../nodemon/bin/nodemon.js');
    const clean = await sh(machine, 'cd /app && npm ci --omit=dev && ls node_modules/.bin');
    expect(clean.stdout).toMatch(/^\nadded \d+ packages.*\nmime\n$/s);
    expect((await sh(machine, 'cd /app && npm uninstall express nodemon && ls -A node_modules')).stdout).toMatch(
      /^\nremoved \d+ packages/,
    );
    expect(calls.statIfThere(process, '/app/node_modules/express')).toBeUndefined();
  });

  it('versions that are asked for are taken, and programs of all projects are linked', async () => {
    const machine = await imageKernel('library/node', '20');
    await sh(machine, 'mkdir /app && cd /app && npm init -y && npm install lodash@4.0.0');
    expect((await sh(machine, 'cd /app && npm ls; npm install; npm ls | grep lodash')).stdout).toMatch(
      /`-- lodash@4\.0\.0\n[\s\S]*`-- lodash@4\.0\.0\n$/,
    );
    expect((await sh(machine, 'npm install -g http-server')).stdout).toMatch(/^\nadded \d+ packages in 1s\n/);
    expect((await sh(machine, 'npm ls -g; readlink /usr/local/bin/http-server')).stdout).toBe(
      '/usr/local/lib\n+-- http-server@14.1.1\n`-- npm@10.1.0\n\n../lib/node_modules/http-server/bin/http-server\n',
    );
    expect((await sh(machine, 'http-server')).code).toBe(126);
  });

  it('scripts run in a shell, with the project’s programs before others', async () => {
    const machine = await imageKernel('library/node', '20');
    await sh(
      machine,
      `mkdir /app && cd /app && echo '{"name":"a","version":"1.2.3","scripts":{"build":"echo built in $PWD","prebuild":"echo before","bad":"exit 3"}}' > package.json`,
    );
    expect((await sh(machine, 'cd /app && npm run build')).stdout).toBe(
      '\n> a@1.2.3 prebuild\n> echo before\n\nbefore\n\n> a@1.2.3 build\n> echo built in $PWD\n\nbuilt in /app\n',
    );
    expect((await sh(machine, 'cd /app && npm run bad')).code).toBe(3);
    expect(await sh(machine, 'cd /app && npm run nothing-such')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('npm ERR! Missing script: "nothing-such"\n'),
    });
  });

  it('refuses what the real one refuses', async () => {
    const machine = await imageKernel('library/node', '20');
    await sh(machine, 'mkdir /app && cd /app && npm init -y');
    expect((await sh(machine, 'cd /app && npm install nothing-such')).stderr).toContain(
      "npm ERR! 404  'nothing-such@*' is not in this registry.\n",
    );
    expect((await sh(machine, 'cd /app && npm install express@99')).stderr).toContain('npm ERR! code ETARGET\n');
    expect((await sh(machine, 'cd /app && npm ci')).stderr).toContain(
      'can only install with an existing package-lock.json',
    );
    expect((await sh(machine, 'mkdir /none && cd /none && npm install')).stderr).toContain('npm ERR! code ENOENT\n');
    expect((await sh(machine, 'cd /app && npm install ./here')).stderr).toContain('not simulated');
    expect((await sh(machine, 'cd /app && npm install --frob x')).stderr).toContain('--frob is not simulated');
    expect((await sh(machine, 'cd /app && echo "{" > package.json && npm install')).stderr).toContain(
      'npm ERR! code EJSONPARSE\n',
    );
  });
});

describe('CAT-4 node', () => {
  it('tells its version, prints literals, and does not pretend to run the rest', async () => {
    const machine = await imageKernel('library/node', '20');
    expect(
      (await sh(machine, 'node --version; node -e \'console.log("a", 6*7); console.log(`b;c`) // said\'; node -p 1+1'))
        .stdout,
    ).toBe('v20.9.0\na 42\nb;c\n2\n');
    expect((await sh(machine, 'node -e "for (;;) {}"')).code).toBe(126);
    expect((await sh(machine, 'node -e "require(\'express\')"')).code).toBe(126);
    expect((await sh(machine, 'node /none.js')).stderr).toContain("Error: Cannot find module '/none.js'");
    expect((await sh(machine, 'echo "console.log(process.version)" > /a.js; node a')).stdout).toBe('v20.9.0\n');
  });
});
