import { describe, expect, it } from 'vitest';
import { encodeName } from '../../src/bytes/byteName.ts';
import { EngineError } from '../../src/engine/engineError.ts';
import type { ProgressMessage } from '../../src/engine/progress.ts';
import { LabNetwork } from '../../src/machine/labNetwork.ts';
import { nodePlatform } from '../../src/platform/node.ts';
import type { RegistryAccess } from '../../src/registry/simulated/access.ts';
import { createHub, type HubCatalogue } from '../../src/registry/simulated/hub.ts';
import { RegistryServer } from '../../src/registry/simulated/registryServer.ts';
import { RegistryStore } from '../../src/registry/simulated/registryStore.ts';
import { writeTar } from '../../src/tar/writeTar.ts';
import { testEngine } from '../support/testEngine.ts';

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));

async function* tarOf(files: Readonly<Record<string, string>>) {
  yield* writeTar(
    Object.entries(files).map(([name, text]) => ({
      member: {
        name: encodeName(name),
        type: 'file' as const,
        mode: 0o644,
        uid: 0,
        gid: 0,
        sizeBytes: text.length,
        mtimeSec: 1,
      },
      content: once(encodeName(text)),
    })),
  );
}

async function* once(bytes: Uint8Array) {
  yield bytes;
}

function lab(access: RegistryAccess = { kind: 'open' }) {
  const network = new LabNetwork();
  network.addHost('testhost');
  const store = new RegistryStore();
  const server = new RegistryServer({ store, access, platform: nodePlatform(), random });
  network.listen('testhost', 5000, server);
  const { engine } = testEngine({ network });
  return { network, store, engine };
}

type Engine = ReturnType<typeof lab>['engine'];

async function imported(engine: Engine, reference: string, files: Readonly<Record<string, string>> = { a: 'text' }) {
  return engine.images.importImage(tarOf(files), { reference, sourceName: '-', message: '', changes: [] });
}

/** Lines as a client without a terminal prints them, the running ones left out. */
function lines(): { readonly seen: string[]; readonly tell: (message: ProgressMessage) => void } {
  const seen: string[] = [];
  return {
    seen,
    tell: (message) => {
      if (!('status' in message) || message.currentBytes !== undefined) return;
      seen.push(message.id === undefined ? message.status : `${message.id}: ${message.status}`);
    },
  };
}

async function fault(promise: Promise<unknown>): Promise<EngineError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(EngineError);
  return error as EngineError;
}

describe('registries of the engine', () => {
  it('ENG-6 pushes an image, and pulls the same one', async () => {
    const { engine, store } = lab();
    const id = await imported(engine, 'localhost:5000/app:1');
    const pushed = lines();
    await engine.images.push({ reference: 'localhost:5000/app:1' }, pushed.tell);
    const layer = engine.images.find('localhost:5000/app:1').layers[0]?.diffId.slice(7, 19);
    const digest = store.repository('app')?.tags.get('1');
    expect(pushed.seen).toEqual([
      'The push refers to repository [localhost:5000/app]',
      `${layer}: Preparing`,
      `${layer}: Pushed`,
      expect.stringMatching(`^1: digest: ${digest} size: \\d+$`),
    ]);
    expect(engine.images.list({})[0]?.repoDigests).toEqual([`localhost:5000/app@${digest}`]);
    expect(engine.images.remove('localhost:5000/app:1').slice(0, 2)).toEqual([
      { untagged: 'localhost:5000/app:1' },
      { untagged: `localhost:5000/app@${digest}` },
    ]);
    const pulled = lines();
    expect(await engine.images.pull({ reference: 'localhost:5000/app:1' }, pulled.tell)).toBe(id);
    expect(pulled.seen[0]).toBe('1: Pulling from app');
    expect(pulled.seen.at(-2)).toBe(`Digest: ${digest}`);
    expect(pulled.seen.at(-1)).toBe('Status: Downloaded newer image for localhost:5000/app:1');
    const again = lines();
    await engine.images.pull({ reference: 'localhost:5000/app:1' }, again.tell);
    expect(again.seen.at(-1)).toBe('Status: Image is up to date for localhost:5000/app:1');
  });

  it('ENG-6 sends nothing twice, and mounts what another repository has', async () => {
    const { engine } = lab();
    await imported(engine, 'localhost:5000/one');
    await engine.images.push({ reference: 'localhost:5000/one' }, () => undefined);
    engine.images.tag('localhost:5000/one', 'localhost:5000/two');
    const first = lines();
    await engine.images.push({ reference: 'localhost:5000/two' }, first.tell);
    expect(first.seen[2]).toMatch(/: Mounted from one$/);
    const second = lines();
    await engine.images.push({ reference: 'localhost:5000/two' }, second.tell);
    expect(second.seen[2]).toMatch(/: Layer already exists$/);
  });

  it('ENG-6 complains as docker does', async () => {
    const { engine } = lab();
    await imported(engine, 'localhost:5000/app:1');
    expect((await fault(engine.images.pull({ reference: 'localhost:5000/nosuch' }, () => undefined))).message).toBe(
      'manifest for localhost:5000/nosuch:latest not found: manifest unknown: manifest unknown',
    );
    expect((await fault(engine.images.pull({ reference: 'localhost:5001/x' }, () => undefined))).message).toBe(
      'Get "http://localhost:5001/v2/": dial tcp 127.0.0.1:5001: connect: connection refused',
    );
    const never = await fault(engine.images.push({ reference: 'localhost:5000/app:never' }, () => undefined));
    expect([never.message, never.isInStream]).toEqual(['tag does not exist: localhost:5000/app:never', true]);
  });

  it('ENG-6 logs in to a registry with passwords', async () => {
    const { engine } = lab({ kind: 'basic', realm: 'lab', users: new Map([['ann', 'secret']]) });
    await imported(engine, 'localhost:5000/app:1');
    const login = { username: 'ann', password: 'secret' };
    expect((await fault(engine.images.push({ reference: 'localhost:5000/app:1' }, () => undefined))).message).toBe(
      'no basic auth credentials',
    );
    expect((await fault(engine.images.pull({ reference: 'localhost:5000/app:1' }, () => undefined))).message).toBe(
      'Head "http://localhost:5000/v2/app/manifests/1": no basic auth credentials',
    );
    expect((await fault(engine.system.login({ ...login, password: 'no' }, 'localhost:5000'))).message).toBe(
      'login attempt to http://localhost:5000/v2/ failed with status: 401 Unauthorized',
    );
    expect(await engine.system.login(login, 'localhost:5000')).toBe('Login Succeeded');
    await engine.images.push({ reference: 'localhost:5000/app:1', login }, () => undefined);
  });

  it('ENG-6 pulls from a hub, and may not push there', async () => {
    const { engine, network } = lab();
    const id = await imported(engine, 'busybox');
    const image = engine.images.find('busybox');
    const catalogue: HubCatalogue = {
      tags: (repository) => (repository === 'library/busybox' ? ['latest'] : undefined),
      image: async () => ({
        configBytes: image.configBytes,
        platform: { architecture: 'amd64', os: 'linux' },
        layers: image.layers.map(({ diffId, tar }) => ({
          digest: diffId,
          mediaType: 'application/vnd.oci.image.layer.v1.tar',
          blob: tar,
        })),
      }),
      search: (term) =>
        term === 'busy' ? [{ name: 'busybox', description: 'small', starCount: 3, isOfficial: true }] : [],
    };
    const hub = createHub(catalogue, { platform: nodePlatform(), random });
    for (const [host, service] of Object.entries(hub.hosts)) network.listen(host, 443, service);
    engine.images.remove('busybox');
    expect(await engine.images.pull({ reference: 'busybox' }, () => undefined)).toBe(id);
    expect((await fault(engine.images.pull({ reference: 'nosuchimage' }, () => undefined))).message).toBe(
      "pull access denied for nosuchimage, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
    );
    expect((await fault(engine.images.pull({ reference: 'busybox:nosuch' }, () => undefined))).message).toBe(
      'manifest for busybox:nosuch not found: manifest unknown: manifest unknown',
    );
    expect((await fault(engine.images.push({ reference: 'busybox' }, () => undefined))).message).toBe(
      'errors:\ndenied: requested access to the resource is denied\nunauthorized: authentication required\n',
    );
    expect(await engine.images.search('busy', { limit: 0, filters: new Map() })).toEqual([
      { name: 'busybox', description: 'small', starCount: 3, isOfficial: true, isAutomated: false },
    ]);
  });
});
