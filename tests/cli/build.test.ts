import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
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
    expect((await runCli(['build', '-o', file, context])).code).not.toBe(0);
  });

  it('builds on images of an archive, and tells why a step was built', async () => {
    const base = join(folder, 'base.tar');
    await runCli(['build', '-q', '-t', 'mybase:1', '-o', base, context]);
    const dockerfile = Buffer.from('FROM mybase:1\nWORKDIR /w\n');
    const run = await runCli(['build', '--why', '--base', base, '-'], { input: dockerfile });
    expect(run).toMatchObject({ code: 0 });
    expect(run.err).toContain('[2/2] WORKDIR /w: built: nothing like it was built before');
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
});
