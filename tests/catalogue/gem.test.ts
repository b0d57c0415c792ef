import { describe, expect, it } from 'vitest';
import * as calls from '../../src/shell/kernel/calls.ts';
import { idleProcess, run } from '../support/testKernel.ts';
import { catalogue, imageKernel } from './container.ts';

describe('CAT-2 packages of languages', () => {
  it('every gem has what it depends on', async () => {
    const index = await catalogue.languages.gem.index();
    expect(index.size).toBeGreaterThan(50);
    for (const { name, version, archiveBytes, unpackedBytes, dependencies, modules } of index.values()) {
      expect(
        dependencies.filter((one) => !index.has(one)),
        name,
      ).toEqual([]);
      expect(version, name).toMatch(/^\d[\d.]*$/);
      expect(archiveBytes, name).toBeGreaterThan(0);
      expect(unpackedBytes, name).toBeGreaterThan(0);
      expect(modules.length, name).toBeGreaterThan(0);
    }
  });
});

describe('CAT-3 gem installs from the catalogue as the real one does', () => {
  it('the tutorial’s Sinatra: dependencies first, files and specifications, and what they cost', async () => {
    const machine = await imageKernel('library/ubuntu', '14.04');
    await run(machine, ['/usr/bin/apt-get', '-qq', 'update']);
    await run(machine, ['/usr/bin/apt-get', '-qqy', 'install', 'ruby', 'ruby-dev']);
    const result = await run(machine, ['/usr/bin/gem', 'install', 'sinatra']);
    expect(result).toMatchObject({
      code: 0,
      stderr: 'NOTE: The packages are stand-ins from a catalogue: no network was asked.\n',
    });
    expect(result.stdout.split('\n').filter((line) => /^(Successfully|Done|\d)/.test(line))).toEqual([
      'Successfully installed ruby2_keywords-0.0.5',
      'Successfully installed mustermann-3.0.0',
      'Successfully installed rack-2.2.8',
      'Successfully installed rack-protection-3.1.0',
      'Successfully installed tilt-2.3.0',
      'Successfully installed sinatra-3.1.0',
      'Done installing documentation for ruby2_keywords, mustermann, rack, rack-protection, tilt, sinatra after 6 seconds',
      '6 gems installed',
    ]);
    const process = idleProcess(machine);
    const base = calls.stat(process, '/var/lib/gems/3.1.0/gems/sinatra-3.1.0/lib/sinatra/base.rb');
    expect(base.sizeBytes).toBeGreaterThan(10_000);
    expect(calls.stat(process, '/usr/local/bin/rackup').mode & 0o111).toBe(0o111);
    expect((await run(machine, ['/usr/bin/gem', 'list'])).stdout).toBe(
      'mustermann (3.0.0)\nrack (2.2.8)\nrack-protection (3.1.0)\nruby2_keywords (0.0.5)\nsinatra (3.1.0)\ntilt (2.3.0)\n',
    );
    const again = await run(machine, ['/usr/bin/gem', 'install', 'rack', '--no-document']);
    expect(again.stdout).toBe('Fetching rack-2.2.8.gem\nSuccessfully installed rack-2.2.8\n1 gem installed\n');
    const gone = await run(machine, ['/usr/bin/gem', 'uninstall', 'tilt', '-x']);
    expect(gone.stdout).toBe('Removing tilt\nSuccessfully uninstalled tilt-2.3.0\n');
    expect(calls.statIfThere(process, '/var/lib/gems/3.1.0/gems/tilt-2.3.0')).toBeUndefined();
    expect(calls.statIfThere(process, '/usr/local/bin/tilt')).toBeUndefined();
  });

  it('refuses what the real one refuses', async () => {
    const machine = await imageKernel('training/sinatra', 'latest');
    expect(await run(machine, ['/usr/bin/gem', 'install', 'no-such-gem', '-v', '1.0'])).toMatchObject({
      code: 2,
      stderr: "ERROR:  Could not find a valid gem 'no-such-gem' (= 1.0) in any repository\n",
    });
    expect((await run(machine, ['/usr/bin/gem', 'install', 'rack', '-v', '~> 3.0'])).code).toBe(2);
    expect((await run(machine, ['/usr/bin/gem', 'install', 'rack', '-v', '~> 2.2', '-q'])).code).toBe(0);
    expect((await run(machine, ['/usr/bin/gem', 'install', 'rack', '--frobnicate'])).stderr).toContain(
      'invalid option: --frobnicate',
    );
    expect((await run(machine, ['/usr/bin/gem', 'frobnicate'])).stderr).toContain('Unknown command frobnicate');
    const native = await run(machine, ['/usr/bin/gem', 'install', 'puma']);
    expect(native).toMatchObject({ code: 1 });
    expect(native.stderr).toContain('ERROR: Failed to build gem native extension.');
    const credentials = { uid: 1000, gid: 1000, groups: [], umask: 0o022 };
    expect((await run(machine, ['/usr/bin/gem', 'install', 'rack'], { credentials })).stderr).toContain(
      "You don't have write permissions",
    );
  });
});
