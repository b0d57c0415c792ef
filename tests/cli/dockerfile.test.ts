import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ExitCode } from '../../src/cli/exitCode.ts';
import { runCli } from './runCli.ts';

const folder = mkdtempSync(join(tmpdir(), 'palimpsest-dockerfile-'));
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const clean = write(
  'Dockerfile',
  'ARG TAG=1\nFROM img:$TAG AS build\nCOPY src /app\nFROM scratch\nCOPY --from=build /app /\n',
);

describe('palimpsest dockerfile', () => {
  it('tells the stages, with variables filled in', async () => {
    const run = await runCli(['dockerfile', '--build-arg', 'TAG=2', clean]);
    expect([run.code, run.err]).toEqual([ExitCode.fine, '']);
    expect(run.out.split('\n')).toEqual([
      'stage build from img:2  its own variables are not known',
      '    3  COPY src /app',
      '',
      'stage stage-1 from scratch  the target',
      '    5  COPY --from=build /app /',
      '',
      '',
    ]);
  });

  it('takes an argument from the environment, and only what a target needs', async () => {
    const run = await runCli(['dockerfile', '--build-arg', 'TAG', '--target', 'build', clean], {
      environment: { TAG: '3' },
    });
    expect(run.out).toMatch(/^stage build from img:3/);
    expect(run.out).not.toContain('stage-1');
  });

  it('tells findings with their lines, and that some depend on the base', async () => {
    const input = Buffer.from('FROM a as b\nENV x=$y\n');
    const run = await runCli(['dockerfile', '-'], { input });
    expect(run.code).toBe(ExitCode.found);
    expect(run.out).toContain("-:1: FromAsCasing: 'as' and 'FROM' keywords' casing do not match\n");
    expect(run.out).toContain("-:2: UndefinedVar: Usage of undefined variable '$y' (unless the base image sets it)\n");
  });

  it('tells an error with its line', async () => {
    const run = await runCli(['dockerfile', '-'], { input: Buffer.from('FROM a\nRUNN x\n') });
    expect([run.code, run.err]).toEqual([ExitCode.found, '']);
    expect(run.out).toBe(
      '-:2: error: dockerfile parse error on line 2: unknown instruction: RUNN (did you mean RUN?)\n',
    );
  });

  it.each([
    [['dockerfile'], 'FILE, a Dockerfile, is needed'],
    [['dockerfile', 'nowhere'], 'nowhere: no such file or directory'],
    [['dockerfile', '--platform', 'a/b/c/d', clean], 'cannot parse platform specifier'],
    [['dockerfile', '--build-arg', '=x', clean], '--build-arg takes NAME=VALUE'],
    [['dockerfile', '--client', 'x', clean], '--client takes buildkit, classic'],
  ])('cannot: %j', async (words, message) => {
    const run = await runCli(words);
    expect(run.code).toBe(ExitCode.failed);
    expect(run.err).toContain(message);
  });

  it('control characters of a file do not reach the terminal', async () => {
    const run = await runCli(['dockerfile', '-'], { input: Buffer.from('FROM a\nLABEL x="\u001b[31m"\n') });
    expect(run.out).not.toContain('\u001b');
  });
});

describe('the context', () => {
  const context = join(folder, 'context');
  mkdirSync(join(context, 'src'), { recursive: true });
  mkdirSync(join(context, 'node_modules/x'), { recursive: true });
  writeFileSync(join(context, 'src/a.c'), '12345');
  writeFileSync(join(context, 'node_modules/x/y'), 'y');
  writeFileSync(join(context, '.dockerignore'), '# left out\nnode_modules\nDockerfile\n');
  writeFileSync(join(context, 'Dockerfile'), 'FROM scratch\nCOPY . /\n');
  writeFileSync(Buffer.concat([Buffer.from(`${context}/`), Buffer.from([0x6e, 0xff])]), 'byte name');
  symlinkSync('/etc', join(context, 'link'));
  symlinkSync('.', join(context, 'src/loop'));
  const dockerfile = join(context, 'Dockerfile');

  it('tells what is left out and by which line; links are not followed', async () => {
    const run = await runCli(['dockerfile', '--json', '--context', context, dockerfile]);
    expect(run.code).toBe(ExitCode.fine);
    expect((JSON.parse(run.out) as { context: object }).context).toMatchObject({
      ignoreFile: join(context, '.dockerignore'),
      sentEntries: 6,
      leftOutCount: 2,
      leftOut: [
        { path: 'Dockerfile', isDirectory: false, pattern: 'Dockerfile', line: 3 },
        { path: 'node_modules', isDirectory: true, pattern: 'node_modules', line: 2 },
      ],
      unreadable: [],
    });
  });

  it('the classic client sends the Dockerfile all the same', async () => {
    const run = await runCli(['dockerfile', '--client', 'classic', '--context', context, dockerfile]);
    expect(run.out).toMatch(/7 entries, .* are sent, 1 left out/);
  });

  it('Dockerfile.dockerignore comes first', async () => {
    writeFileSync(`${dockerfile}.dockerignore`, '**\n');
    const run = await runCli(['dockerfile', '--context', context, dockerfile]);
    rmSync(`${dockerfile}.dockerignore`);
    expect(run.out).toMatch(/ 0 entries, 0 B are sent/);
    expect(run.out).toContain('CopyIgnoredFile');
  });

  it('CLI-2 has every field in docs/json.md', async () => {
    const documentation = readFileSync(new URL('../../docs/json.md', import.meta.url), 'utf8');
    const run = await runCli(['dockerfile', '--json', '--context', context, '-'], {
      input: Buffer.from('ARG A=1\nFROM a AS b\nFROM b as c\nENV x=$y\nRUN ["x"]\n'),
    });
    const broken = await runCli(['dockerfile', '--json', '-'], { input: Buffer.from('FROM a\nFOO') });
    const keys = new Set([...keysOf(JSON.parse(run.out)), ...keysOf(JSON.parse(broken.out))]);
    expect([...keys].filter((key) => !new RegExp(`\\b${key}\\b`).test(documentation))).toEqual([]);
  });
});

describe('palimpsest conformance tables', () => {
  it('judges the tables of a folder, and tells what differs', async () => {
    const tables = join(folder, 'tables');
    mkdirSync(tables);
    const entries = ['units-duration.json', 'cli-golden/image', 'unheard-of.json'].map((path) => ({ path }));
    writeFileSync(join(tables, 'MANIFEST.json'), JSON.stringify({ entries }));
    writeFileSync(join(tables, 'unheard-of.json'), '[]');
    writeFileSync(join(tables, 'units-duration.json'), '[{"seconds": 60, "human": "About a minute"}]');
    const good = await runCli(['conformance', 'tables', tables]);
    expect(good.out.split('\n')[0]).toBe('ok units-duration.json: 1 of 1');
    expect(good.out).toMatch(/^-- cli-golden\/image \(not judged: /m);
    expect(good.out).toMatch(/^-- unheard-of\.json \(not judged: /m);
    expect(good.out).toMatch(/\n1 passed, 0 failed\n$/);
    expect(good.code).toBe(ExitCode.fine);

    writeFileSync(join(tables, 'units-duration.json'), '[{"seconds": 60, "human": "1 minute"}, 5]');
    const bad = await runCli(['conformance', 'tables', '--failures', tables]);
    expect(bad.code).toBe(ExitCode.found);
    expect(bad.out).toContain('row 1: 60 s: recorded "1 minute", here "About a minute"');
    expect(bad.out).toMatch(/\n0 passed, 2 failed\n$/);
  });

  it.each([
    [{ entries: [{ path: '../x.json' }] }, 'names files outside of its folder'],
    [{ entries: [] }, 'there is no table'],
  ])('refuses %j', async (manifest, message) => {
    const tables = mkdtempSync(join(folder, 'bad-'));
    writeFileSync(join(tables, 'MANIFEST.json'), JSON.stringify(manifest));
    const run = await runCli(['conformance', 'tables', tables]);
    expect(run.code).toBe(ExitCode.failed);
    expect(run.err).toContain(message);
  });
});

/** The keys of a document; the names of arguments and what a config holds are no fields. */
function keysOf(value: unknown, keys = new Set<string>()): Set<string> {
  if (typeof value !== 'object' || value === null) return keys;
  for (const [key, inner] of Object.entries(value)) {
    if (!Array.isArray(value)) keys.add(key);
    if (key !== 'globalArguments' && key !== 'labels') keysOf(inner, keys);
  }
  return keys;
}
