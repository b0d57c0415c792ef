import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCli } from './runCli.ts';
import {
  BASE_LAYER,
  MIDDLE_LAYER,
  sampleArchive,
  sampleTar,
  temporaryFolder,
  TOP_LAYER,
  writeSample,
} from './sampleImage.ts';

const dir = temporaryFolder();
const one = writeSample(
  dir,
  'one.tar',
  sampleArchive([{ tags: ['app:1'], layers: [BASE_LAYER, MIDDLE_LAYER, TOP_LAYER] }]),
);
const two = writeSample(
  dir,
  'two.tar',
  sampleArchive([
    { tags: ['app:1'], layers: [BASE_LAYER, MIDDLE_LAYER] },
    { tags: ['app:2'], layers: [BASE_LAYER, TOP_LAYER] },
  ]),
);

async function json(words: readonly string[]): Promise<Record<string, unknown>> {
  const run = await runCli(words);
  expect(run.err).toBe('');
  const document = JSON.parse(run.out) as Record<string, unknown>;
  expect(document).toMatchObject({ schema: 1, command: words[0] });
  return document;
}

describe('inspect', () => {
  it('shows images, layers and instructions', async () => {
    const run = await runCli(['inspect', one]);
    expect(run).toMatchObject({ code: 0, err: '' });
    expect(run.out).toContain('docker-archive');
    expect(run.out).toContain('image 1: app:1');
    expect(run.out).toContain('linux/amd64');
    expect(run.out).toMatch(/L3 .* RUN step 2/);
  });

  it('prints the stored config byte for byte', async () => {
    const run = await runCli(['inspect', '--document', 'config', one]);
    expect(run.code).toBe(0);
    expect(one && readFileSync(one).includes(run.bytes)).toBe(true);
  });

  it('reads standard input', async () => {
    const run = await runCli(['inspect', '--json', '-'], { input: readFileSync(two) });
    expect(run.code).toBe(0);
    expect(JSON.parse(run.out)).toMatchObject({ images: [{ tags: ['app:1'] }, { tags: ['app:2'] }] });
  });

  it('asks which of several images is meant', async () => {
    const run = await runCli(['ls', two]);
    expect(run).toMatchObject({ code: 2, out: '' });
    expect(run.err).toMatch(/2 images are in it.*\n {2}1: app:1 [0-9a-f]{12} linux\/amd64\n {2}2: app:2 /);
    expect((await runCli(['ls', '-i', 'app:2', two])).code).toBe(0);
  });
});

describe('ls', () => {
  it.each([
    [
      ['-1', one],
      ['bin', 'etc', 'usr', 'var'],
    ],
    [
      ['-1', one, '/etc'],
      ['motd', 'passwd'],
    ],
    [
      ['-1', '--up-to', '1', one, 'etc'],
      ['passwd', 'secret'],
    ],
    [
      ['-1', '--layer', '2', one, 'etc'],
      ['passwd', 'secret'],
    ],
    [
      ['-1', one, 'bin'],
      ['tool', 'tool2', 'tool3'],
    ],
    [['-1', '-d', one, 'bin'], ['bin']],
    [
      ['-1R', one, 'usr'],
      ['usr/bin', 'usr/bin/tool', 'usr/bin/tool2', 'usr/bin/tool3'],
    ],
    [['-1', one, 'var'], []],
  ])('%j', async (words, names) => {
    const run = await runCli(['ls', ...words]);
    expect(run).toMatchObject({ code: 0, err: '' });
    expect(run.out.split('\n').filter((line) => line !== '')).toEqual(names);
  });

  it('tells mode, size, layer, links and whiteouts', async () => {
    const union = await runCli(['ls', one, 'usr/bin']);
    expect(union.out).toMatch(/^-rwsr-xr-x +0 +0 +10 2023-11-14 22:13 {2}L1 +tool$/m);
    expect(union.out).toMatch(/L2 +tool3 \(hard link to usr\/bin\/tool2\)$/m);
    const layer = await runCli(['ls', '--layer', 'top', one, 'var']);
    expect(layer.out).toMatch(/^w-{9} .* L3 +cache \(whiteout\)$/m);
  });

  it('shows with --all-layers what is hidden, and by which layer', async () => {
    const run = await runCli(['ls', '--all-layers', one, 'etc']);
    expect(run.out).toMatch(/L1 +secret {2}\[deleted by layer 2\]/);
    expect(run.out).toMatch(/L1 +passwd {2}\[superseded by layer 2\]/);
    const document = await json(['ls', '--json', '--all-layers', one, 'etc']);
    expect(document.entries).toContainEqual(
      expect.objectContaining({ path: 'etc/secret', layer: 1, fate: 'deleted', byLayer: 2, mode: '0600' }),
    );
  });

  it('refuses what is not there', async () => {
    const run = await runCli(['ls', one, 'nowhere']);
    expect(run).toMatchObject({ code: 2, out: '' });
    expect(run.err).toContain('nowhere: no such file or directory in the image');
  });
});

describe('tree', () => {
  it('draws sizes, layers and changes', async () => {
    const run = await runCli(['tree', one]);
    expect(run).toMatchObject({ code: 0, err: '' });
    expect(run.out).toMatch(/^ +6 B {2}L3 {2}\+ │ {3}├── motd$/m);
    expect(run.out).toMatch(/4 directories, 6 other entries$/m);
  });

  it('filters, and cuts at a depth', async () => {
    const found = await json(['tree', '--json', '--match', '*.tar', one]);
    expect(found.rows).toEqual([]);
    const cut = await json(['tree', '--json', '-L', '1', one]);
    expect((cut.rows as { depth: number }[]).every((row) => row.depth === 0)).toBe(true);
    expect((await runCli(['tree', '-a', one])).out).toContain('secret  [deleted by layer 2]');
  });
});

describe('tree of what is hidden', () => {
  it('--change hidden shows it without being asked for x-ray', async () => {
    const run = await runCli(['tree', '--change', 'hidden', one]);
    expect(run.out).toContain('secret  [deleted by layer 2]');
    expect(run.out).toMatch(/\n\n\d+ director(y|ies), \d+ other entr(y|ies); /);
  });
});

describe('cat', () => {
  it.each([
    [[one, 'etc/passwd'], 'root:x:0:0\nme:x:1:1\n'],
    [['--up-to', 'base', one, '/etc/passwd'], 'root:x:0:0\n'],
    [['--layer', '1', one, 'etc/secret'], 'hidden\n'],
    [[one, 'bin/tool3'], 'same'],
    [[one, 'etc/motd', 'bin/tool2'], 'hello\nsame'],
  ])('%j', async (words, text) => {
    expect(await runCli(['cat', ...words])).toMatchObject({ code: 0, out: text, err: '' });
  });

  it.each([
    [[one, 'etc/secret'], 'no such file'],
    [[one, 'etc'], 'is a directory'],
    [[one, '/'], 'is a directory'],
    [['--layer', '2', one, 'etc/secret'], 'is a whiteout'],
    [['--layer', '1', one, 'bin'], 'is a symlink to usr/bin'],
    [['--layer', '0', one, 'bin'], 'there is no layer 0: layers count from 1, the base; this image has 3'],
    [['--layer', '9', one, 'bin'], 'this image has 3'],
  ])('refuses %j', async (words, message) => {
    const run = await runCli(['cat', ...words]);
    expect(run).toMatchObject({ code: 2, out: '' });
    expect(run.err).toContain(message);
  });
});

describe('extract', () => {
  it('writes the union with modes, hard links, symlinks and times', async () => {
    const out = join(dir, 'out-union');
    const run = await runCli(['extract', '-C', out, one]);
    expect(run).toMatchObject({ code: 0, err: '' });
    expect(readdirSync(out).sort()).toEqual(['bin', 'etc', 'usr', 'var']);
    expect(readFileSync(join(out, 'etc/passwd'), 'utf8')).toBe('root:x:0:0\nme:x:1:1\n');
    expect(readlinkSync(join(out, 'bin'))).toBe('usr/bin');
    const tool = lstatSync(join(out, 'usr/bin/tool'));
    expect(tool.mode & 0o7777).toBe(0o755);
    expect(tool.mtimeMs).toBe(1_700_000_000_000);
    expect(lstatSync(join(out, 'usr/bin/tool2')).ino).toBe(lstatSync(join(out, 'usr/bin/tool3')).ino);
    expect(existsSync(join(out, 'var/cache'))).toBe(false);
  });

  it('writes one path of one layer, hidden ones too', async () => {
    const out = join(dir, 'out-layer');
    expect(await runCli(['extract', '-C', out, '--layer', '1', one, 'etc/secret'])).toMatchObject({ code: 0, err: '' });
    expect(readFileSync(join(out, 'etc/secret'), 'utf8')).toBe('hidden\n');
    expect(readdirSync(out)).toEqual(['etc']);
  });

  it('refuses a folder that is not empty, unless told otherwise', async () => {
    const out = join(dir, 'out-full');
    mkdirSync(join(out, 'etc'), { recursive: true });
    writeFileSync(join(out, 'etc/motd'), 'mine');
    const refused = await runCli(['extract', '-C', out, one]);
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.err).toContain('is not empty; --overwrite');
    expect(readFileSync(join(out, 'etc/motd'), 'utf8')).toBe('mine');
    expect((await runCli(['extract', '--overwrite', '-C', out, one])).code).toBe(0);
    expect(readFileSync(join(out, 'etc/motd'), 'utf8')).toBe('hello\n');
  });

  it('CLI-4 never writes through a symlink that lies in the folder', async () => {
    const out = join(dir, 'out-trap');
    const elsewhere = join(dir, 'elsewhere');
    mkdirSync(out);
    mkdirSync(elsewhere);
    symlinkSync(elsewhere, join(out, 'etc'));
    symlinkSync(join(elsewhere, 'stolen'), join(out, 'bin'));
    expect((await runCli(['extract', '--overwrite', '-C', out, one])).code).toBe(0);
    expect(readdirSync(elsewhere)).toEqual([]);
    expect(lstatSync(join(out, 'etc')).isDirectory()).toBe(true);
  });

  it('CLI-4 keeps hostile members inside', async () => {
    const hostile = sampleTar([
      { name: 'link', type: 'symlink', linkName: '../../elsewhere2' },
      { name: 'link/stolen', content: 'x' },
      { name: '../escaped', content: 'x' },
      { name: '/absolute', content: 'x' },
    ]);
    mkdirSync(join(dir, 'elsewhere2'));
    const archive = writeSample(dir, 'hostile.tar', sampleArchive([{ tags: [], layers: [hostile] }]));
    const out = join(dir, 'nested/out-hostile');
    await runCli(['extract', '-C', out, archive]);
    expect(readdirSync(join(dir, 'nested'))).toEqual(['out-hostile']);
    expect(readdirSync(join(dir, 'elsewhere2'))).toEqual([]);
    expect(existsSync(join(dir, 'escaped'))).toBe(false);
    expect(readFileSync(join(out, 'absolute'), 'utf8')).toBe('x');
  });
});

describe('diff', () => {
  it('CLI-1 is silent about the same, and exits 0', async () => {
    const run = await runCli(['diff', '-i', 'app:1', '-i', 'app:1', two]);
    expect(run).toMatchObject({ code: 0, err: '' });
    expect(run.out).toMatch(/0 only in the first.*2 layers shared\n$/);
  });

  it('tells two images apart, and exits 1', async () => {
    const run = await runCli(['diff', '-i', 'app:1', '-i', 'app:2', two]);
    expect(run.code).toBe(1);
    expect(run.out).toMatch(/^\+ etc\/motd /m);
    expect(run.out).toMatch(/^- var\/cache\/a /m);
    expect(run.out).toMatch(/^M etc\/passwd /m);
    expect(run.out).toMatch(/^config .*TAG/m);
  });

  it('compares two layers, whiteouts included', async () => {
    const run = await runCli(['diff', '--layer', '2', '--layer', '3', one]);
    expect(run.code).toBe(1);
    expect(run.out).toMatch(/^\+ var\/cache \(whiteout\)$/m);
  });

  it('compares two archives', async () => {
    const document = await json(['diff', '--json', '-i', 'app:1', one, two]);
    expect(document).toMatchObject({ sharedLayers: 2, left: { file: one }, right: { file: two } });
  });

  it.each([[[]], [[one]], [[one, two, one]], [['-i', '1', one]]])('refuses %j', async (words) => {
    expect((await runCli(['diff', ...words])).code).toBe(2);
  });
});

describe('waste', () => {
  it('names cause, layer and remedy', async () => {
    const document = await json(['waste', '--json', one]);
    expect(document).toMatchObject({ contentsCompared: true, byCause: { superseded: 11, deleted: 11 } });
    expect(document.entries).toContainEqual(
      expect.objectContaining({ path: 'etc/secret', layer: 1, byLayer: 2, cause: 'deleted', bytes: 7, by: 'whiteout' }),
    );
    const run = await runCli(['waste', one]);
    expect(run.out).toMatch(/L1 +deleted by L2 +etc\/secret/);
    expect(run.out).toContain('dive’s figures: efficiency');
  });

  it.each([
    [[], 1],
    [['--lowestEfficiency', '0', '--highestUserWastedPercent', 'disabled'], 0],
    [['--highestUserWastedPercent', '1', '--lowestEfficiency', '0', '--highestWastedBytes', '1B'], 1],
  ])('judges by rules %j: exit %d', async (rules, code) => {
    const run = await runCli(['waste', '--ci', ...rules, one]);
    expect(run.code).toBe(code);
    expect(run.out).toMatch(code === 0 ? /Result: PASS/ : /Result: FAIL/);
  });

  it('reads a rules file, options before it', async () => {
    const rules = join(dir, 'rules.yml');
    writeFileSync(rules, 'rules:\n  # lenient\n  lowestEfficiency: "0.0"\n  highestUserWastedPercent: disabled\n');
    expect((await runCli(['waste', '--ci', '--ci-config', rules, one])).code).toBe(0);
    expect((await runCli(['waste', '--ci', '--ci-config', rules, '--lowestEfficiency', '1', one])).code).toBe(1);
  });

  it.each([
    [['--lowestEfficiency', '0.5', one], 'only with --ci'],
    [['--ci', '--lowestEfficiency', '2', one], 'outside the range'],
    [['--ci', '--ci-config', '/nowhere.yml', one], 'no such file'],
  ])('refuses %j', async (words, message) => {
    const run = await runCli(['waste', ...words]);
    expect(run.code).toBe(2);
    expect(run.err).toContain(message);
  });
});

describe('verify', () => {
  it('finds everything right', async () => {
    const run = await runCli(['verify', one]);
    expect(run).toMatchObject({ code: 0, err: '' });
    expect(run.out).toMatch(/ right, 0 wrong\n$/);
  });

  it('CLI-1 finds a changed layer, and exits 1', async () => {
    const bytes = readFileSync(one);
    bytes.write('jello', bytes.indexOf('hello\n'));
    const run = await runCli(['verify', writeSample(dir, 'changed.tar', bytes)]);
    expect(run.code).toBe(1);
    expect(run.out).toMatch(/^FAIL {2}diffID +layer 3 .*claimed sha256:[0-9a-f]+, is sha256:/m);
  });
});

describe('convert', () => {
  it.each(['docker', 'docker-legacy', 'oci'])('to %s keeps image IDs and diffIDs', async (format) => {
    const output = join(dir, `as-${format}.tar`);
    expect(await runCli(['convert', '--to', format, '-o', output, two])).toMatchObject({ code: 0, err: '' });
    const ids = async (path: string) => {
      const { images } = await json(['inspect', '--json', path]);
      return (images as { imageId: string; layers: { diffId: string }[] }[]).map((image) => ({
        imageId: image.imageId,
        diffIds: image.layers.map((layer) => layer.diffId),
      }));
    };
    expect(await ids(output)).toEqual(await ids(two));
    expect((await runCli(['verify', output])).code).toBe(0);
  });

  it('to layer gives the layer’s bytes', async () => {
    const run = await runCli(['convert', '--to', 'layer', '--layer', '2', '-o', '-', one]);
    expect(run.code).toBe(0);
    expect(run.bytes.equals(MIDDLE_LAYER)).toBe(true);
  });

  it('to rootfs gives a tar that GNU tar lists', async () => {
    const run = await runCli(['convert', '--to', 'rootfs', '-o', '-', one]);
    const names = execFileSync('tar', ['-tf', '-'], { input: run.bytes }).toString().split('\n').filter(Boolean);
    expect(names).toEqual([
      'bin',
      'etc/',
      'etc/motd',
      'etc/passwd',
      'usr/',
      'usr/bin/',
      'usr/bin/tool',
      'usr/bin/tool2',
      'usr/bin/tool3',
      'var/',
    ]);
  });

  it('CLI-8 replaces nothing unasked, and leaves nothing half written', async () => {
    const output = writeSample(dir, 'mine.tar', Buffer.from('mine'));
    const refused = await runCli(['convert', '--to', 'oci', '-o', output, one]);
    expect(refused.code).toBe(2);
    expect(refused.err).toContain('--force');
    expect(readFileSync(output, 'utf8')).toBe('mine');
    const abort = AbortSignal.abort();
    expect((await runCli(['convert', '--to', 'oci', '-f', '-o', output, one], { signal: abort })).code).toBe(130);
    expect(readFileSync(output, 'utf8')).toBe('mine');
    expect(readdirSync(dir).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it.each([
    [['-o', 'x', one], '--to FORM is missing'],
    [['--to', 'oci', one], '-o FILE is missing'],
    [['--to', 'zip', '-o', 'x', one], '--to takes'],
    [['--to', 'oci', '--layer', '1', '-o', 'x', one], 'no meaning with --to oci'],
    [['--to', 'layer', '-o', 'x', one], '--layer N is missing'],
  ])('refuses %j', async (words, message) => {
    const run = await runCli(['convert', ...words]);
    expect(run.code).toBe(2);
    expect(run.err).toContain(message);
  });
});

describe('CLI-3 bad input', () => {
  it.each([
    ['empty.tar', '', /empty\.tar: .*the file is empty/],
    ['text.tar', 'this is no archive, but a text '.repeat(40), /text\.tar: is no archive: .*offset 0/],
    ['zip.tar', 'PK\u0003\u0004'.padEnd(600, 'x'), /zip\.tar: /],
  ])('%s gets one clear line and exit status 2', async (name, text, message) => {
    const run = await runCli(['inspect', writeSample(dir, name, Buffer.from(text))]);
    expect(run).toMatchObject({ code: 2, out: '' });
    expect(run.err).toMatch(message);
    expect(run.err.trimEnd().split('\n')).toHaveLength(1);
    expect(run.err).not.toContain('internal error');
  });
});
