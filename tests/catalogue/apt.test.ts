import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { Catalogue } from '../../src/catalogue/catalogue.ts';
import { cataloguePrograms } from '../../src/catalogue/programs.ts';
import { nodePlatform } from '../../src/platform/node.ts';
import * as calls from '../../src/shell/kernel/calls.ts';
import { MountNamespace } from '../../src/shell/kernel/mountNamespace.ts';
import { scanTar } from '../../src/tar/scanTar.ts';
import { LayerTreeBuilder } from '../../src/vfs/layerTreeBuilder.ts';
import { LayerTreeLayer } from '../../src/vfs/overlay/layerTreeLayer.ts';
import { OverlayMount } from '../../src/vfs/overlay/overlayMount.ts';
import { Upper } from '../../src/vfs/overlay/upper.ts';
import { idleProcess, run, type TestKernel, testKernel } from '../support/testKernel.ts';

const files = {
  text: (path: string) => readFile(new URL(`../../public/catalogue/${path}`, import.meta.url), 'utf8'),
};
const catalogue = new Catalogue(files, nodePlatform());

/** A machine whose root is an image of the catalogue. */
async function container(repository: string, tag: string): Promise<TestKernel> {
  const machine = testKernel({ programs: cataloguePrograms(catalogue) });
  const image = await catalogue.image(repository, tag);
  const lowers = [];
  for (const { tar: source } of image?.layers ?? []) {
    const builder = new LayerTreeBuilder();
    const { totalBytes } = await scanTar(source, builder.add.bind(builder));
    lowers.unshift(new LayerTreeLayer(builder.finish(totalBytes).tree, source, new Uint8Array(16)));
  }
  const root = new OverlayMount({ lowers, upper: new Upper({ now: () => machine.kernel.clock.now() }) });
  machine.namespaces.mounts = new MountNamespace(root);
  return machine;
}

describe('CAT-3 apt installs from the catalogue as the real one does', () => {
  it('knows no package before an update, installs with dependencies, and dpkg knows them', async () => {
    const machine = await container('library/debian', 'bookworm-slim');
    expect(await run(machine, ['/usr/bin/apt-get', 'install', '-y', 'curl'])).toMatchObject({
      code: 100,
      stderr: 'E: Unable to locate package curl\n',
    });
    const updated = await run(machine, ['/usr/bin/apt-get', 'update']);
    expect(updated.code).toBe(0);
    expect(updated.stdout).toContain('Get:1 http://deb.debian.org/debian bookworm InRelease [151 kB]\n');
    const process = idleProcess(machine);
    const listBytes = calls
      .readdir(process, '/var/lib/apt/lists')
      .map(({ name }) => calls.stat(process, `/var/lib/apt/lists/${name}`).sizeBytes);
    expect(listBytes.reduce((sum, size) => sum + size, 0)).toBeGreaterThan(15e6);

    const declined = await run(machine, ['/usr/bin/apt-get', 'install', 'curl'], { stdin: 'n\n' });
    expect(declined).toMatchObject({ code: 1 });
    expect(declined.stdout).toMatch(/Do you want to continue\? \[Y\/n\] \nAbort\.\n$/);

    const installed = await run(machine, ['/usr/bin/apt-get', 'install', '-y', '--no-install-recommends', 'curl']);
    expect(installed.stderr).toBe(
      'debconf: delaying package configuration, since apt-utils is not installed\nN: The packages are stand-ins of Debian 12 from a catalogue: no network was asked.\n',
    );
    expect(installed.stdout).toContain('Setting up curl (7.88.1');
    expect(installed.stdout).toMatch(/The following NEW packages will be installed:\n {2}curl libbrotli1/);
    expect(calls.stat(process, '/usr/bin/curl').sizeBytes).toBeGreaterThan(200_000);
    expect((await run(machine, ['/usr/bin/dpkg', '-S', '/usr/bin/curl'])).stdout).toBe('curl: /usr/bin/curl\n');
    expect((await run(machine, ['/usr/bin/dpkg', '-s', 'libcurl4'])).stdout).toContain('Status: install ok installed');
    const again = await run(machine, ['/usr/bin/apt-get', 'install', '-y', 'curl']);
    expect(again.stdout).toContain('curl is already the newest version');

    expect((await run(machine, ['/usr/bin/apt-get', 'purge', '-y', 'libcurl4'])).stdout).toContain(
      '  curl* libcurl4*\n',
    );
    expect(calls.statIfThere(process, '/usr/bin/curl')).toBeUndefined();
    expect((await run(machine, ['/usr/bin/dpkg', '-s', 'curl'])).code).toBe(1);
  });

  it('what only root may do is refused to others', async () => {
    const machine = await container('library/debian', 'bookworm-slim');
    const credentials = { uid: 1000, gid: 1000, groups: [], umask: 0o022 };
    const result = await run(machine, ['/usr/bin/apt-get', 'update'], { credentials });
    expect(result.code).toBe(100);
    expect(result.stderr).toContain('are you root?');
  });

  it('the tutorial’s Ruby goes into an old Ubuntu', async () => {
    const machine = await container('library/ubuntu', '14.04');
    expect((await run(machine, ['/usr/bin/apt-get', '-qq', 'update'])).stdout).toBe('');
    const result = await run(machine, ['/usr/bin/apt-get', '-qqy', 'install', 'ruby', 'ruby-dev']);
    expect(result.code).toBe(0);
    expect(result.stdout).toContain('Setting up ruby-dev');
    expect(calls.stat(idleProcess(machine), '/usr/bin/ruby').mode & 0o111).not.toBe(0);
  });
});
