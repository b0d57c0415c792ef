import { describe, expect, it } from 'vitest';
import { readPython } from '../../src/catalogue/packages/python/miniPython.ts';
import { chosenVersion, isWanted, readRequirement } from '../../src/catalogue/packages/python/pipRequirement.ts';
import { normalName } from '../../src/catalogue/packages/python/sitePackages.ts';
import * as calls from '../../src/shell/kernel/calls.ts';
import { idleProcess, run, type TestKernel } from '../support/testKernel.ts';
import { catalogue, imageKernel } from './container.ts';

const ENV = {
  PATH: '/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  PYTHON_VERSION: '3.11.6',
  PYTHON_PIP_VERSION: '23.2.1',
};
const sh = (machine: TestKernel, script: string) => run(machine, ['/bin/sh', '-c', script], { env: ENV });

describe('CAT-2 Python’s packages', () => {
  it('every one has what it depends on, in a version that is there', async () => {
    const index = new Map(
      [...(await catalogue.languages.pip.index()).values()].map((one) => [normalName(one.name), one]),
    );
    expect(index.size).toBeGreaterThan(90);
    for (const { name, archiveBytes, unpackedBytes, dependencies, modules } of index.values()) {
      expect(archiveBytes * unpackedBytes, name).toBeGreaterThan(0);
      expect(modules.length, name).toBeGreaterThan(0);
      for (const text of dependencies) {
        const wanted = readRequirement(text);
        const found = index.get(wanted?.key ?? '');
        expect(found, `${name} needs ${text}`).toBeDefined();
        expect(chosenVersion(wanted?.specifier ?? '', found?.version ?? ''), `${name} needs ${text}`).toBeDefined();
      }
    }
  });
});

describe('CAT-3 requirements of pip', () => {
  it.each([
    ['flask', 'flask', ''],
    ['Flask_SQLAlchemy == 3.1', 'flask-sqlalchemy', '==3.1'],
    ['uvicorn[standard]>=0.2,<1', 'uvicorn', '>=0.2,<1'],
    ['x~=1.4 ; python_version < "4"', 'x', '~=1.4'],
  ])('%s', (text, key, specifier) => {
    expect(readRequirement(text)).toMatchObject({ key, specifier });
  });

  it.each(['./folder', 'git+https://example.org/x.git', '-e .', ''])('no package: %s', (text) => {
    expect(readRequirement(text)).toBeUndefined();
  });

  it.each([
    ['', '3.0.0', true],
    ['==3.0', '3.0.0', true],
    ['==2.*', '3.0.0', false],
    ['!=3.*', '3.0.0', false],
    ['~=3.0', '3.4', true],
    ['~=3.0.1', '3.1.0', false],
    ['>=2,<3', '3.0.0', false],
    ['<3', '3.0.0rc1', true],
  ])('%s takes %s: %s', (specifier, version, taken) => {
    expect(isWanted(specifier, version)).toBe(taken);
  });

  it.each([
    ['==2.0.1', '3.0.0', '2.0.1'],
    ['>=2,<3', '3.0.0', '2'],
    ['<3', '3.0.0', '2.0'],
    ['==9', '3.0.0', undefined],
    ['>3', '3.0.0', undefined],
    ['', '3.0.0', '3.0.0'],
  ])('%s of what is known up to %s: %s', (specifier, newest, version) => {
    expect(chosenVersion(specifier, newest)).toBe(version);
  });
});

describe('CAT-3 pip installs from the catalogue as the real one does', () => {
  it('flask: dependencies, dist-info, programs, the cache; and away again', async () => {
    const machine = await imageKernel('library/python', '3.11-slim');
    const installed = await sh(machine, 'pip install flask');
    expect(installed).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^NOTE: The packages are stand-ins .*\nWARNING: Running pip as the 'root' user/),
    });
    expect(installed.stdout).toMatch(/^Collecting flask\n {2}Downloading /);
    expect(installed.stdout).toContain(
      'Collecting MarkupSafe>=2.1.1 (from Werkzeug->flask)\n'.replace('Werkzeug->flask', 'werkzeug->flask'),
    );
    expect(installed.stdout).toMatch(
      /\nSuccessfully installed Flask-3\.0\.0 Jinja2-3\.1\.2 MarkupSafe-2\.1\.3 Werkzeug-3\.0\.1 blinker-1\.7\.0 click-8\.1\.7 itsdangerous-2\.1\.2\n$/,
    );
    const process = idleProcess(machine);
    const site = '/usr/local/lib/python3.11/site-packages';
    expect(calls.stat(process, `${site}/flask/app.py`).sizeBytes).toBeGreaterThan(1000);
    expect(calls.stat(process, '/usr/local/bin/flask').mode & 0o111).not.toBe(0);
    expect(calls.readdir(process, '/root/.cache/pip/http').length).toBe(7);
    expect((await sh(machine, 'pip freeze | head -2')).stdout).toBe('blinker==1.7.0\nclick==8.1.7\n');
    expect((await sh(machine, 'pip install Flask')).stdout).toMatch(
      /^Requirement already satisfied: Flask in \/usr\/local\/lib\/python3\.11\/site-packages \(3\.0\.0\)\n/,
    );
    expect((await sh(machine, 'pip show flask')).stdout).toContain(
      'Requires: Jinja2, Werkzeug, blinker, click, itsdangerous\n',
    );
    expect((await sh(machine, 'pip uninstall -y flask')).stdout).toContain('Successfully uninstalled Flask-3.0.0\n');
    expect(calls.statIfThere(process, `${site}/flask`)).toBeUndefined();
    expect(calls.statIfThere(process, '/usr/local/bin/flask')).toBeUndefined();
    expect((await sh(machine, 'pip install flask | head -2')).stdout).toContain('  Using cached ');
    expect((await sh(machine, 'pip cache purge; pip cache dir')).stdout).toBe('Files removed: 7\n/root/.cache/pip\n');
  });

  it('versions that requirements pin hold for what others need, too', async () => {
    const machine = await imageKernel('library/python', '3.11-slim');
    await sh(
      machine,
      "printf 'Flask==2.0.1\\nWerkzeug==2.0.1 # pinned\\n-r more.txt\\n' > /r.txt; echo redis > /more.txt",
    );
    const installed = await sh(machine, 'pip install -q --no-cache-dir -r /r.txt; pip list --format=freeze');
    expect(installed.stdout).toContain('Flask==2.0.1\n');
    expect(installed.stdout).toContain('Werkzeug==2.0.1\n');
    expect(installed.stdout).toContain('redis==5.0.1\n');
    expect(calls.statIfThere(idleProcess(machine), '/root/.cache/pip')).toBeUndefined();
  });

  it('refuses what the real one refuses, and says what is not simulated', async () => {
    const machine = await imageKernel('library/python', '3.11-slim');
    expect(await sh(machine, 'pip install nothing-such')).toMatchObject({
      code: 1,
      stderr:
        'ERROR: Could not find a version that satisfies the requirement nothing-such (from versions: none)\nERROR: No matching distribution found for nothing-such\n',
    });
    expect((await sh(machine, 'pip install flask==99')).stderr).toContain('flask==99 (from versions: 3.0.0)');
    expect((await sh(machine, 'pip install -r none.txt')).stderr).toBe(
      "ERROR: Could not open requirements file: [Errno 2] No such file or directory: 'none.txt'\n",
    );
    expect((await sh(machine, 'pip install -e .')).stderr).toContain('option -e is not simulated');
    expect((await sh(machine, 'pip install ./here')).stderr).toContain('not simulated');
    expect((await sh(machine, 'pip frobnicate')).stderr).toBe('ERROR: unknown command "frobnicate"\n');
    expect((await sh(machine, 'pip install --frob x')).stderr).toContain('no such option: --frob');
  });

  it('a Debian keeps pip out of its own Python, but not of an environment', async () => {
    const machine = await imageKernel('library/debian', 'bookworm-slim');
    await sh(machine, 'apt-get -qq update; apt-get -qqy install python3-pip python3-venv');
    expect((await sh(machine, 'pip install redis')).stderr).toMatch(/^error: externally-managed-environment\n/);
    const inside = await sh(
      machine,
      'python3 -m venv /opt/venv && . /opt/venv/bin/activate && pip install -q redis && which pip && pip list | grep redis && python -c "import sys, redis; print(sys.prefix)"',
    );
    expect(inside).toMatchObject({ code: 0, stdout: '/opt/venv/bin/pip\nredis         5.0.1\n/opt/venv\n' });
    expect((await sh(machine, 'pip install -q --break-system-packages redis; python3 --version')).stdout).toMatch(
      /^Python 3\.11\./,
    );
  });
});

describe('CAT-4 python', () => {
  it.each([
    ['print("hi")', 1],
    ["import os, sys; print(sys.version)\nprint('a', 2, sep='', end='')", 3],
    ['# nothing\n', 0],
    ['from flask import Flask', 1],
    ['print("a # b")  # said', 1],
  ])('reads %j', (source, count) => {
    expect(readPython(source)).toHaveLength(count);
  });

  it.each([
    'for i in x: pass',
    'x = 1',
    'print(f"{x}")',
    'print(open("x"))',
    'if True:\n    print(1)',
    'print("unclosed)',
  ])('does not pretend to run %j', (source) => {
    expect(readPython(source)).toBeUndefined();
  });

  it('runs prints, imports and modules, and nothing else', async () => {
    const machine = await imageKernel('library/python', '3.11-slim');
    expect((await sh(machine, 'python --version; python3.11 -V')).stdout).toBe('Python 3.11.6\nPython 3.11.6\n');
    expect((await sh(machine, 'python -c \'print("hello", 2*21)\'')).stdout).toBe('hello 42\n');
    expect(await sh(machine, "python -c 'import nothing_such'")).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/\nModuleNotFoundError: No module named 'nothing_such'\n$/),
    });
    expect(await sh(machine, "python -c 'x = 1'")).toMatchObject({
      code: 126,
      stderr: expect.stringContaining('not simulated'),
    });
    expect((await sh(machine, 'python none.py')).code).toBe(2);
    expect((await sh(machine, 'echo \'{"a":[]}\' | python -m json.tool')).stdout).toBe('{\n    "a": []\n}\n');
    expect((await sh(machine, 'python -m nothing_such')).stderr).toContain('No module named nothing_such');
  });

  it('http.server serves the folder it is in', async () => {
    const machine = await imageKernel('library/python', '3.11');
    const served = await sh(
      machine,
      'mkdir /w && cd /w && echo hello > a.txt && { python -m http.server 8000 >/tmp/out 2>/tmp/log & } && sleep 0.1; curl -s localhost:8000/a.txt; curl -s localhost:8000/ | grep -c a.txt; curl -s -o /dev/null -w "%{http_code}\\n" localhost:8000/../etc/none; kill -INT $!; wait; cat /tmp/log | wc -l; head -1 /tmp/out',
    );
    expect(served.stdout).toBe('hello\n1\n404\n3\nServing HTTP on 0.0.0.0 port 8000 (http://0.0.0.0:8000/) ...\n');
  });
});
