import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from './runCli.ts';

const folder = mkdtempSync(join(tmpdir(), 'palimpsest-build-'));
const context = join(folder, 'context');
const DOCKERFILE = 'FROM scratch\nARG WHO=world\nCOPY . /app/\nLABEL who=$WHO\nCMD ["/app/run"]\n';

beforeAll(() => {
  mkdirSync(join(context, 'sub'), { recursive: true });
  writeFileSync(join(context, 'Dockerfile'), DOCKERFILE);
  writeFileSync(join(context, '.dockerignore'), '**/*.log\nDockerfile\n');
  writeFileSync(join(context, 'run'), '#!/bin/sh\n', { mode: 0o755 });
  writeFileSync(join(context, 'sub', 'b.log'), 'left out\n');
  writeFileSync(join(context, 'sub', 'b'), 'b\n');
  symlinkSync('/nowhere', join(context, 'link'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('CLI-10 palimpsest build', () => {
  it('writes an archive of a folder, without what its ignore file leaves out', async () => {
    const file = join(folder, 'app.tar');
    const run = await runCli(['build', '-t', 'app:1', '--build-arg', 'WHO=me', '-o', file, context]);
    expect(run).toMatchObject({ code: 0 });
    expect(run.out).toMatch(/^sha256:[0-9a-f]{64}\n$/);
    expect(run.err).toContain('[1/1] COPY . /app/');
    const { out } = await runCli(['tree', file]);
    expect(out).toContain('link');
    expect(out).toContain('run');
    expect(out).not.toContain('b.log');
    expect(out).not.toContain('Dockerfile');
    expect((await runCli(['verify', file])).code).toBe(0);
    const again = await runCli(['build', '-o', file, context]);
    expect(again.code).not.toBe(0);
    expect(again.err).toContain('is there already');
    expect(again.err, 'nothing is built first').not.toContain('COPY');
  });

  it('builds on images of an archive, and tells why a step was built', async () => {
    const base = join(folder, 'base.tar');
    await runCli(['build', '-q', '-t', 'mybase:1', '-o', base, context]);
    const dockerfile = Buffer.from('FROM mybase:1\nWORKDIR /w\n');
    const run = await runCli(['build', '--why', '--base', base, '-'], { input: dockerfile });
    expect(run).toMatchObject({ code: 0 });
    expect(run.err).toContain('[2/2] WORKDIR /w: built: nothing like it was built before');
  });

  it('says which bases there are where one is missing', async () => {
    const tag = await runCli(['build', '-'], { input: Buffer.from('FROM node:0.12\n') });
    expect(tag.code).not.toBe(0);
    expect(tag.err).toMatch(/The simulated hub holds node:latest, node:18, .*node:20-alpine.*--base FILE/);
    const image = await runCli(['build', '-'], { input: Buffer.from('FROM registry.example/x:1\n') });
    expect(image.err).toMatch(/The simulated hub holds hello-world, busybox, alpine, .*--base FILE/);
    const step = await runCli(['build', '-'], { input: Buffer.from('FROM scratch\nCOPY nosuch /\n') });
    expect(step.err).not.toContain('The simulated hub');
  });

  it('shows the lines that are to blame', async () => {
    const run = await runCli(['build', '-'], { input: Buffer.from('FROM scratch\nCOPY nosuch /\n') });
    expect(run.code).not.toBe(0);
    expect(run.err).toContain('   2 | >>> COPY nosuch /\n');
    expect(run.err).toContain('failed to solve: failed to compute cache key: "/nosuch" not found: not found');
  });

  it.each([
    [['build'], 'DIR is missing'],
    [['build', '/nosuch/folder'], 'there is no folder'],
    [['build', '-t', 'Upper', '-'], 'is no name of an image'],
  ])('refuses %o', async (words, text) => {
    const run = await runCli(words);
    expect(run.code).toBe(2);
    expect(run.err).toContain(text);
  });

  it.each([
    ['type=oci', (file: string) => ['verify', file], 0],
    ['type=docker', (file: string) => ['verify', file], 0],
  ] as const)('writes --output %s', async (type, check, code) => {
    const file = join(folder, `${type.slice(5)}.tar`);
    expect(await runCli(['build', '-q', '-t', 'o:1', '-o', `${type},dest=${file}`, context])).toMatchObject({
      code: 0,
    });
    expect((await runCli(check(file))).code).toBe(code);
  });

  it('writes the tree of a stage as a tar and as a folder', async () => {
    const tar = await runCli(['build', '-q', '-o', 'type=tar,dest=-', context]);
    expect(tar.code).toBe(0);
    expect(tar.bytes.toString('latin1')).toContain('app/run');
    const place = join(folder, 'tree');
    expect(await runCli(['build', '-q', '-o', `type=local,dest=${place}`, context])).toMatchObject({ code: 0 });
    expect(readFileSync(join(place, 'app/sub/b'), 'utf8')).toBe('b\n');
    expect(readlinkSync(join(place, 'app/link'))).toBe('/nowhere');
    expect(lstatSync(join(place, 'app/run')).mode & 0o777).toBe(0o755);
    const again = await runCli(['build', '-q', '-o', `type=local,dest=${place}`, context]);
    expect(again.err).toContain('--force replaces it');
  });

  it('tells its progress as JSON', async () => {
    const { err } = await runCli(['build', '--progress', 'rawjson', context]);
    const lines = err
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { vertexes?: { name: string; completed?: string }[] });
    const ended = lines.flatMap(({ vertexes = [] }) => vertexes).filter(({ completed }) => completed !== undefined);
    expect(ended.map(({ name }) => name)).toContain('[1/1] COPY . /app/');
  });

  it('copies from named contexts, and takes images by other names', async () => {
    const base = join(folder, 'named.tar');
    await runCli(['build', '-q', '-t', 'real:1', '-o', base, context]);
    const dockerfile = Buffer.from('FROM other\nCOPY --from=more run /more\n');
    const words = [
      '--base',
      base,
      '--build-context',
      `more=${context}`,
      '--build-context',
      'other=docker-image://real:1',
    ];
    const run = await runCli(['build', ...words, '-o', 'type=tar,dest=-', '-'], { input: dockerfile });
    expect(run).toMatchObject({ code: 0 });
    expect(run.bytes.toString('latin1')).toContain('app/sub/b');
    expect(run.bytes.toString('latin1')).toContain('more');
  });

  it('builds for another platform, where nothing has to run', async () => {
    const text = Buffer.from('FROM scratch\nARG TARGETARCH\nLABEL arch=$TARGETARCH\n');
    const file = join(folder, 'arm.tar');
    const dockerfile = Buffer.concat([text, Buffer.from('COPY <<x /\nx\n')]);
    await runCli(['build', '-q', '--platform', 'linux/arm64', '-o', file, '-'], { input: dockerfile });
    const { out } = await runCli(['inspect', '--json', file]);
    expect(out).toContain('"arm64"');
    const run = await runCli(['build', '--platform', 'a/b/c/d', '-'], { input: text });
    expect(run.err).toContain('cannot parse platform specifier');
  });

  it('hands secrets to RUN, and keeps them out of layers', async () => {
    const text = 'FROM alpine\nRUN --mount=type=secret,id=pw wc -c < /run/secrets/pw > /length\n';
    const words = ['build', '--secret', 'id=pw,env=PW', '-o', 'type=tar,dest=-', '-'];
    const run = await runCli(words, { input: Buffer.from(text), environment: { PW: 'very secret words' } });
    expect(run).toMatchObject({ code: 0 });
    expect(run.bytes.includes('very secret words')).toBe(false);
    expect(run.bytes.includes('17\n')).toBe(true);
  });

  it.each([
    [['--output', 'type=nosuch,dest=x'], 'takes the types'],
    [['--output', 'type=oci'], 'needs dest'],
    [['--output', 'type=local,dest=-'], 'cannot go to standard output'],
    [['--secret', 'src=x'], 'needs an id'],
    [['--secret', 'id=x,env=NOSUCH'], 'NOSUCH is not set'],
    [['--build-context', 'x'], 'takes NAME=PLACE'],
    [['--build-context', 'x=oci-layout://y'], 'is not simulated'],
    [['--progress', 'fancy'], 'plain, rawjson'],
  ])('refuses %o', async (words, text) => {
    const run = await runCli(['build', ...words, '-'], { input: Buffer.from('FROM scratch\n') });
    expect(run.code).not.toBe(0);
    expect(run.err).toContain(text);
  });
});

describe('CLI-10 contexts of elsewhere', () => {
  let server: Server;
  let origin = '';
  beforeAll(async () => {
    const tar = spawnSync('tar', ['-C', context, '-cf', '-', '.']).stdout;
    const answers: Readonly<Record<string, Uint8Array>> = {
      '/Dockerfile': Buffer.from('FROM scratch\nCOPY <<a /\nalone\na\n'),
      '/context.tar': tar,
      '/file': Buffer.from('downloaded\n'),
    };
    server = createServer((request, response) => {
      const body = answers[request.url ?? ''];
      response.writeHead(body ? 200 : 404).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => void server.close());
  const tree = async (source: string, input?: string) => {
    const words = ['build', '-q', '-o', 'type=tar,dest=-', source];
    return runCli(words, input === undefined ? {} : { input: Buffer.from(input) });
  };

  it('a Dockerfile, and a tar with all', async () => {
    expect((await tree(`${origin}/Dockerfile`)).bytes.toString('latin1')).toContain('alone');
    expect((await tree(`${origin}/context.tar`)).bytes.toString('latin1')).toContain('app/sub/b');
    const missing = await tree(`${origin}/nosuch`);
    expect(missing.code).not.toBe(0);
    expect(missing.err).toContain('404');
  });

  it('ADD fetches, and minds the checksum', async () => {
    const digest = createHash('sha256').update('downloaded\n').digest('hex');
    const add = (sum: string) => tree('-', `FROM scratch\nADD --checksum=sha256:${sum} ${origin}/file /got/\n`);
    expect((await add(digest)).bytes.toString('latin1')).toContain('downloaded');
    const wrong = await add('0'.repeat(64));
    expect(wrong.code).not.toBe(0);
    expect(wrong.err).toContain(`digest mismatch sha256:${digest}: sha256:${'0'.repeat(64)}`);
  });

  it('a repository that is not there', async () => {
    const run = await tree(`${origin}/nosuch.git#main:dir`);
    expect(run.code).not.toBe(0);
    expect(run.err).toContain('failed to fetch remote');
  });
});
