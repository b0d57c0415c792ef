import { describe, expect, it, onTestFinished } from 'vitest';
import { openArchive } from '../../src/archive/openArchive.ts';
import { browserNetwork, type Network } from '../../src/registry/network.ts';
import { requireSharing } from '../../src/registry/sharing.ts';
import type { CallWork } from '../../src/worker/calls.ts';
import { toFault } from '../../src/worker/faults.ts';
import { directOutside } from '../../src/worker/lab/directOutside.ts';
import { pageEndpoint, pull } from '../../src/worker/pulling.ts';
import { input, sha256, work as plain } from '../archive/buildTar.ts';
import { PageRegistry, type PageRegistryOptions, TAG, USER } from '../registry/pageRegistry.ts';
import { bootLab, runOn } from '../support/labShell.ts';

const ORIGIN = 'https://page.example';

/** What a browser makes of a page's requests (Fetch, "CORS protocol"), as far as a pull has to do with it: Node's own
 *  fetch lets everything be read. */
function pageNetwork(map: (url: string) => string = (url) => url): Network {
  const fetchAsPage = async (url: string, init: RequestInit): Promise<Response> => {
    const headers = new Headers(init.headers);
    headers.set('origin', ORIGIN);
    if (init.mode === 'no-cors') {
      await (await fetch(map(url), { signal: init.signal ?? null })).body?.cancel();
      return new Response(null);
    }
    const asked = [...new Headers(init.headers).keys()];
    const preflight = await fetch(map(url), { method: 'OPTIONS', headers: { origin: ORIGIN } });
    const allowed = preflight.headers.get('access-control-allow-headers') ?? '';
    if (asked.some((name) => !allowed.includes(name))) throw new TypeError('Failed to fetch');
    const answer = await fetch(map(url), { ...init, headers });
    if (answer.headers.get('access-control-allow-origin') !== ORIGIN) throw new TypeError('Failed to fetch');
    const exposed = (answer.headers.get('access-control-expose-headers') ?? '').split(/,\s*/);
    const visible = ['content-type', 'content-length', ...exposed];
    const shown = [...answer.headers].filter(([name]) => visible.includes(name));
    return new Response(answer.body, { status: answer.status, headers: shown });
  };
  return { ...browserNetwork(), fetch: fetchAsPage, wait: async () => undefined };
}

async function registry(options: PageRegistryOptions = {}): Promise<PageRegistry> {
  const started = await PageRegistry.start(options);
  onTestFinished(() => started.stop());
  return started;
}

function work(signal = new AbortController().signal, onProgress: CallWork['onProgress'] = () => undefined): CallWork {
  return { ...plain, signal, onProgress };
}

const request = (reference: string, login?: typeof USER, platform = 'linux/amd64') => ({ reference, platform, login });

async function faultOf(promise: Promise<unknown>) {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeDefined();
  const { code, source } = toFault(error);
  return { code, source };
}

describe('REG-1 an image is pulled by the page itself', () => {
  it.each([
    ['for everybody', {}, undefined],
    ['with a token for everybody', { login: 'bearer' }, undefined],
    ['with a login, by a token', { login: 'bearer' }, USER],
    ['with a login, basic', { login: 'basic' }, USER],
    ['with a login, where the page may not read how', { login: 'basic', sharing: 'noChallenge' }, USER],
  ] as const)('%s', async (_, options, login) => {
    const server = await registry(options);
    const seen: number[] = [];
    const onProgress: CallWork['onProgress'] = ({ doneBytes, totalBytes }) => {
      expect(doneBytes).toBeLessThanOrEqual(totalBytes ?? 0);
      seen.push(doneBytes);
    };
    const pulled = await pull(request(server.reference, login), work(undefined, onProgress), pageNetwork());
    expect(pulled.fileName).toBe('app-1.tar');
    expect(seen.at(-1)).toBe(pulled.blob.size);
    const archive = await openArchive(input(new Uint8Array(await pulled.blob.arrayBuffer())), plain);
    expect(archive.images.map(({ tags, platform }) => [tags, platform?.architecture])).toEqual([
      [[server.reference], 'amd64'],
    ]);
    expect(archive.images[0]?.layers).toHaveLength(2);
    const stored = server.layers.map(sha256);
    expect(archive.layers.map(({ blobDigest }) => blobDigest)).toEqual(stored);
    const blobs = server.seen.filter((line) => line.startsWith('GET') && line.includes('/blobs/'));
    expect(blobs).toHaveLength(1 + stored.length);
  });

  it('of the platform that is wanted', async () => {
    const server = await registry();
    const pulled = await pull(request(server.reference, undefined, 'linux/arm64'), work(), pageNetwork());
    const archive = await openArchive(input(new Uint8Array(await pulled.blob.arrayBuffer())), plain);
    expect(archive.images[0]?.platform?.architecture).toBe('arm64');
  });

  it.each([
    ['it does not let pages read', { sharing: 'none' }, 'crossOrigin'],
    ['it asks for a login that the page may not read', { login: 'bearer', sharing: 'noChallenge' }, 'hidden'],
    ['it asks for a login', { login: 'basic' }, 'unauthorized'],
    ['what comes is not what its digest says', { isDamaged: true }, 'digest'],
  ] as const)('not where %s', async (_, options, code) => {
    const server = await registry(options);
    const failed = pull(request(server.reference), work(), pageNetwork());
    expect(await faultOf(failed)).toEqual({ code, source: 'registry' });
  });

  it('where blobs lie elsewhere, and only where pages may read there, too', async () => {
    const [shared, unshared] = [await registry(), await registry({ sharing: 'none' })];
    const from = async (storage: PageRegistry) =>
      request((await registry({ storage: `http://${storage.host}` })).reference);
    expect((await pull(await from(shared), work(), pageNetwork())).blob.size).toBeGreaterThan(1000);
    expect((await faultOf(pull(await from(unshared), work(), pageNetwork()))).code).toBe('crossOrigin');
    expect(shared.authorizations.filter((header) => header !== undefined)).toEqual([]);
  });

  it('not where there is nothing, no such tag, or no such platform; and says which', async () => {
    const server = await registry();
    const [absent, port] = [`${server.host}/team/app:2`, '127.0.0.1:1/team/app:1'];
    expect((await faultOf(pull(request(absent), work(), pageNetwork()))).code).toBe('notFound');
    expect((await faultOf(pull(request(port), work(), pageNetwork()))).code).toBe('network');
    for (const platform of ['plan9/mips', 'a/b/c/d']) {
      const failed = pull(request(server.reference, undefined, platform), work(), pageNetwork());
      expect((await faultOf(failed)).code).toBe('platform');
    }
    expect((await faultOf(pull(request('Not A Reference'), work(), pageNetwork()))).source).toBe('image');
  });

  it('a login goes to its registry, and only once it was asked for', async () => {
    const server = await registry({ login: 'bearer' });
    await pull(request(server.reference, USER), work(), pageNetwork());
    const basic = server.authorizations.filter((header) => header?.startsWith('Basic'));
    expect(basic).toHaveLength(1);
    const open = await registry();
    await pull(request(open.reference, USER), work(), pageNetwork());
    expect(open.authorizations.filter((header) => header !== undefined)).toEqual([]);
  });

  it('ends when it is cancelled', async () => {
    const server = await registry({ stands: true });
    const controller = new AbortController();
    const running = pull(request(server.reference), work(controller.signal), pageNetwork());
    for (let i = 0; i < 500 && !server.seen.some((line) => line.includes('/blobs/')); i++) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    controller.abort();
    expect((await faultOf(running)).code).toBe('cancelled');
  });

  it('only registries of this machine are asked in the clear', () => {
    expect(pageEndpoint('localhost:5000').origin).toBe('http://localhost:5000');
    expect(pageEndpoint('127.0.0.1:5000').origin).toBe('http://127.0.0.1:5000');
    expect(pageEndpoint('docker.io').origin).toBe('https://registry-1.docker.io');
    expect(pageEndpoint('10.0.0.1:5000').origin).toBe('https://10.0.0.1:5000');
  });

  it('a refusal and a dead registry are told apart', async () => {
    const [shared, unshared] = [await registry(), await registry({ sharing: 'none' })];
    const ask = (host: string) => requireSharing(pageNetwork(), pageEndpoint(host), undefined);
    await expect(ask(shared.host)).resolves.toBeUndefined();
    await expect(ask(unshared.host)).rejects.toMatchObject({ code: 'crossOrigin' });
    await expect(ask('127.0.0.1:1')).rejects.toMatchObject({ code: 'network' });
    await expect(requireSharing(pageNetwork(), pageEndpoint(shared.host), AbortSignal.abort())).rejects.toThrow();
  });
});

describe('REG-2 the terminal pulls from registries that let pages read them', () => {
  function labAt(server: PageRegistry) {
    const lab = bootLab();
    lab.network.outside = directOutside(
      pageNetwork((url) => url.replace(/^https:\/\/[\w.-]+/, `http://${server.host}`)),
    );
    return lab;
  }

  it('what the lab has not, with its own digest, and by a token where one is wanted', async () => {
    for (const options of [{}, { login: 'bearer', realm: 'https://registry.example/token' }] as const) {
      const { output, status } = await runOn(labAt(await registry(options)), [
        `docker pull -q registry.example/team/app:${TAG}`,
        'docker image inspect -f "{{len .RootFS.Layers}} {{.Architecture}}" registry.example/team/app:1',
      ]);
      expect(output).toBe('registry.example/team/app:1\n2 amd64\n');
      expect(status).toBe(0);
    }
  });

  it('says plainly why not, and where nothing is wanted of it nothing is asked', async () => {
    const closed = await registry({ sharing: 'none' });
    const refused = await runOn(labAt(closed), ['docker pull registry.example/team/app:1']);
    expect(refused.output).toContain('registry.example does not let web pages read its images (CORS)');
    expect(refused.status).toBe(1);
    const open = await registry();
    const { output } = await runOn(labAt(open), ['docker pull -q alpine', 'git clone https://git.example/a/b']);
    expect(output).toContain('docker.io/library/alpine');
    expect(output).toContain('Could not resolve host: git.example');
    expect(open.seen).toEqual([]);
    const absent = await runOn(labAt(open), ['docker pull registry.example/team/app:2']);
    expect(absent.output).toContain('manifest unknown');
  });
});
