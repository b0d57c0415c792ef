import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CompanionClient } from '../../src/client/companion/companionClient.ts';
import { MemorySource } from '../../src/bytes/byteSource.ts';
import { openArchive } from '../../src/archive/openArchive.ts';
import { companionOutside } from '../../src/worker/lab/companionOutside.ts';
import { dockerArchive, sampleLayers } from '../archive/buildTar.ts';
import { bootLab, runOn } from '../support/labShell.ts';
import { ask, start, work } from './harness.ts';
import { isInstalled, startRegistry, type RealRegistry } from './realRegistry.ts';

const hasRegistry = isInstalled('docker-registry');
if (!hasRegistry) console.warn('docker-registry is not installed: pulls of the simulated engine are not tested');

describe.skipIf(!hasRegistry)('COMP-23 the simulated engine pulls real images through the companion', () => {
  let registry: RealRegistry;
  beforeAll(async () => {
    registry = await startRegistry();
  });
  afterAll(() => registry.stop());

  /** A lab whose hub is that registry: the companion is asked for Docker Hub, and the test turns it there. */
  async function connectedLab(prefersRealImages = false) {
    const companion = await start({ access: { allowedHosts: [registry.host], plainHttp: [registry.host] } });
    const asked: string[] = [];
    const client = new CompanionClient({ origin: companion.origin, token: companion.token ?? '' }, (url, init) => {
      asked.push(url.slice(companion.origin.length));
      return fetch(
        url.replace('/docker.io/', `/${registry.host}/`).replace('/real.example/', `/${registry.host}/`),
        init,
      );
    });
    const lab = bootLab();
    lab.network.outside = companionOutside(client, prefersRealImages);
    const push = async (reference: string) => {
      const archive = await dockerArchive(await sampleLayers());
      const path = `/v1/registry/image?reference=${registry.host}/${reference}`;
      const answer = await ask(companion, path, {
        method: 'POST',
        headers: { 'content-type': 'application/x-tar' },
        body: archive,
      });
      expect(answer.status, answer.text).toBe(200);
      const opened = await openArchive({ fileName: 'x.tar', source: new MemorySource(archive) }, work);
      return opened.images[0]?.imageId as string;
    };
    return { lab, push, asked };
  }

  it('of a registry that the lab does not know, with its image ID', async () => {
    const { lab, push } = await connectedLab();
    const imageId = await push('team/app:1');
    const { output, status } = await runOn(lab, [
      'docker pull -q real.example/team/app:1',
      'docker images --no-trunc -q real.example/team/app',
    ]);
    expect(output).toBe(`real.example/team/app:1\n${imageId}\n`);
    expect(status).toBe(0);
  });

  it('of Docker Hub where the catalogue has none of that name or tag, and its own where it has', async () => {
    const { lab, push, asked } = await connectedLab();
    await push('library/nowhere-else:3');
    await push('library/alpine:77');
    const { output } = await runOn(lab, [
      'docker pull -q nowhere-else:3',
      'docker pull -q alpine:77',
      'docker pull -q alpine:latest',
    ]);
    expect(output).toBe(
      'docker.io/library/nowhere-else:3\ndocker.io/library/alpine:77\ndocker.io/library/alpine:latest\n',
    );
    expect(asked.filter((path) => path.includes('/latest'))).toEqual([]);
  });

  it('the real one first where that is wanted', async () => {
    const { lab, push } = await connectedLab(true);
    const imageId = await push('library/alpine:latest');
    const { output } = await runOn(lab, ['docker pull -q alpine', 'docker images --no-trunc -q alpine']);
    expect(output).toBe(`docker.io/library/alpine:latest\n${imageId}\n`);
  });

  it('what is nowhere is told in the words of the engine, and a repository is read only', async () => {
    const { lab } = await connectedLab();
    const { output, status } = await runOn(lab, ['docker pull no/such']);
    expect(output).toContain('Error response from daemon: manifest for no/such:latest not found: manifest unknown');
    expect(status).toBe(1);
  });
});

describe('COMP-23 what is asked for', () => {
  it.each([
    ['GET', '/v1/registry/v2/docker.io/library/alpine/tags/list', 400],
    ['GET', '/v1/registry/v2/docker.io/library/alpine/blobs/latest', 400],
    ['GET', '/v1/registry/v2/docker.io/library/../x/manifests/1', 400],
    ['GET', '/v1/registry/v2/docker.io/library%2f..%2fx/manifests/1', 400],
    ['GET', '/v1/registry/v2/127.0.0.1:1/a/b/manifests/1', 403],
    ['GET', '/v1/registry/v2/0x7f.1:1/a/b/manifests/1', 403],
    ['GET', '/v1/registry/v2/169.254.169.254/a/b/manifests/1', 403],
    ['PUT', '/v1/registry/v2/docker.io/library/alpine/manifests/1', 404],
    ['POST', '/v1/registry/v2/docker.io/library/alpine/blobs/uploads/', 404],
  ])('%s %s is answered %i', async (method, path, status) => {
    const companion = await start();
    expect((await ask(companion, path, { method })).status).toBe(status);
  });
});
