import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openArchive } from '../../src/archive/openArchive.ts';
import { MemorySource } from '../../src/bytes/byteSource.ts';
import { dockerArchive, sampleLayers } from '../archive/buildTar.ts';
import { ask, build, buildId, ScriptedEngine, start, temporaryFolder, work } from './harness.ts';
import { isInstalled, startRegistry, type RealRegistry } from './realRegistry.ts';
import { programPath } from './realBuildkit.ts';
import { readFileSync } from 'node:fs';

const hasRegistry = isInstalled('docker-registry');
if (!hasRegistry) console.warn('docker-registry is not installed: the companion’s registry routes are not tested');
const gitProgram = programPath('git');
if (gitProgram === undefined) console.warn('git is not installed: builds of repositories are not tested');

describe.skipIf(!hasRegistry)('COMP-20 registries through the companion', () => {
  let registry: RealRegistry;
  beforeAll(async () => {
    registry = await startRegistry();
  });
  afterAll(() => registry.stop());

  it('an image that was pushed is pulled with the same layers, where the registry was allowed by name', async () => {
    const companion = await start({ access: { allowedHosts: [registry.host], plainHttp: [registry.host] } });
    const archive = await dockerArchive(await sampleLayers());
    const path = `/v1/registry/image?reference=${registry.host}/team/app:1`;
    const headers = { 'content-type': 'application/x-tar' };
    const pushed = await ask(companion, path, { method: 'POST', headers, body: archive });
    expect(pushed.status, pushed.text).toBe(200);
    const { digest } = JSON.parse(pushed.text) as { digest: string };
    const response = await fetch(`${companion.origin}${path}`, {
      headers: { authorization: `Bearer ${companion.token}` },
    });
    expect(response.status).toBe(200);
    expect(response.headers.get('x-image-digest')).toBe(digest);
    const source = new MemorySource(new Uint8Array(await response.arrayBuffer()));
    const pulled = await openArchive({ fileName: 'pulled.tar', source }, work);
    const before = await openArchive({ fileName: 'x.tar', source: new MemorySource(archive) }, work);
    expect(pulled.images[0]?.imageId).toBe(before.images[0]?.imageId);
    const tags = await ask(companion, `/v1/registry/tags?reference=${registry.host}/team/app`);
    expect(JSON.parse(tags.text)).toEqual({ tags: ['1'] });
    const missing = await ask(companion, `/v1/registry/image?reference=${registry.host}/no/such:1`);
    expect(missing.status).toBe(502);
    expect(companion.leftovers()).toEqual([]);
  });

  it('the same registry is refused where nobody allowed it', async () => {
    const companion = await start();
    const answer = await ask(companion, `/v1/registry/image?reference=${registry.host}/team/app:1`);
    expect(answer.status).toBe(403);
  });
});

/** `git http-backend` for one folder of repositories (git-http-backend(1), CGI). */
async function gitServer(root: string): Promise<string> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://x');
    const child = spawn('git', ['http-backend'], {
      env: {
        PATH: process.env.PATH ?? '',
        GIT_PROJECT_ROOT: root,
        GIT_HTTP_EXPORT_ALL: '1',
        PATH_INFO: url.pathname,
        QUERY_STRING: url.search.slice(1),
        REQUEST_METHOD: request.method ?? '',
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
        GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      },
    });
    request.pipe(child.stdin);
    const pieces: Buffer[] = [];
    child.stdout.on('data', (piece: Buffer) => pieces.push(piece));
    child.on('close', () => {
      const all = Buffer.concat(pieces);
      const end = all.indexOf('\r\n\r\n');
      const lines = all.subarray(0, end).toString().split('\r\n');
      const headers = Object.fromEntries(lines.map((line) => line.split(/: (.*)/s).slice(0, 2) as [string, string]));
      response.writeHead(Number.parseInt(headers.Status ?? '200', 10), headers).end(all.subarray(end + 4));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function makeRepository(root: string): string {
  const folder = join(root, 'app.git');
  mkdirSync(folder, { recursive: true });
  const git = (...words: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.invalid', ...words], {
      cwd: folder,
      stdio: 'pipe',
      env: { PATH: process.env.PATH ?? '', HOME: root, GIT_CONFIG_NOSYSTEM: '1' },
    }).toString();
  git('init', '-q', '-b', 'main');
  writeFileSync(join(folder, 'Dockerfile'), 'FROM scratch\n');
  writeFileSync(join(folder, '.gitattributes'), 'hidden export-ignore\nid export-subst\n');
  writeFileSync(join(folder, 'hidden'), 'is in the context all the same\n');
  writeFileSync(join(folder, 'id'), '$Format:%H$\n');
  git('add', '.');
  git('commit', '-q', '-m', 'one');
  return git('rev-parse', 'HEAD').trim();
}

describe.skipIf(gitProgram === undefined)('COMP-21 repositories as contexts', () => {
  it('a branch or a commit is built as it is, through the guard', async () => {
    const root = temporaryFolder();
    const commit = makeRepository(root);
    const host = await gitServer(root);
    const seen: Record<string, string> = {};
    const engine = new ScriptedEngine(async ({ contextFolder }) => {
      for (const name of ['Dockerfile', 'hidden', 'id']) seen[name] = readFileSync(join(contextFolder, name), 'utf8');
      expect(() => readFileSync(join(contextFolder, '.git'))).toThrow();
    });
    const access = { allowedHosts: [host], plainHttp: [host] };
    const companion = await start({ engines: [engine], access, gitProgram });
    for (const ref of ['main', 'HEAD', commit]) {
      const events = await build(companion, new Uint8Array(0), `?git=https://${host}/app.git/.git&ref=${ref}`);
      expect(events.at(-1)?.type, ref).toBe('done');
      expect(buildId(events)).toMatch(/^[0-9a-f]{32}$/);
      expect(seen).toEqual({
        Dockerfile: 'FROM scratch\n',
        hidden: 'is in the context all the same\n',
        id: '$Format:%H$\n',
      });
    }
    const none = await ask(companion, `/v1/builds?git=https://${host}/app.git/.git&ref=nope`, { method: 'POST' });
    expect(none.status).toBe(400);
    expect(none.text).not.toMatch(/127\.0\.0\.1:\d+\/[0-9a-f]{20}/);
  });

  it('what the guard refuses is not fetched', async () => {
    const root = temporaryFolder();
    makeRepository(root);
    const host = await gitServer(root);
    const engine = new ScriptedEngine();
    const companion = await start({ engines: [engine], gitProgram });
    for (const url of [
      `https://${host}/app.git`,
      'https://localhost/x.git',
      'https://[::1]/x.git',
      'https://0x7f.1/x',
    ]) {
      const answer = await ask(companion, `/v1/builds?git=${encodeURIComponent(url)}`, { method: 'POST' });
      expect(answer.status, url).toBe(400);
    }
    for (const query of ['git=ext::sh', 'git=https://a/b&ref=--upload-pack=x', 'git=https://a/b&ref=a..b', 'git=-x']) {
      expect((await ask(companion, `/v1/builds?${query}`, { method: 'POST' })).status, query).toBe(400);
    }
    expect(engine.requests).toEqual([]);
    expect(companion.leftovers()).toEqual([]);
  });
});
