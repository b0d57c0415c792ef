import { readFileSync } from 'node:fs';
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
const documentation = readFileSync(new URL('../../docs/json.md', import.meta.url), 'utf8');

async function document(words: readonly string[]): Promise<Record<string, unknown>> {
  const run = await runCli(words);
  expect(run.err).toBe('');
  return JSON.parse(run.out) as Record<string, unknown>;
}

/** The keys of a document; below `config`, which is the image's own, none. */
function keysOf(value: unknown, keys = new Set<string>()): Set<string> {
  if (Array.isArray(value)) for (const item of value) keysOf(item, keys);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      keys.add(key);
      if (key !== 'config') keysOf(inner, keys);
    }
  }
  return keys;
}

describe('CLI-2 every field of every document is in docs/json.md', () => {
  it.each([
    [['inspect', '--json', one]],
    [['history', '--json', one]],
    [['ls', '--json', '--recursive', '--all-layers', one]],
    [['ls', '--json', '--layer', '2', one]],
    [['tree', '--json', '--all-layers', one]],
    [['cat', '--json', one, 'etc/passwd']],
    [['extract', '--json', '-C', join(dir, 'json-out'), one]],
    [['diff', '--json', '--layer', '1', '--layer', '2', one]],
    [['waste', '--json', one]],
    [['verify', '--json', one]],
    [['convert', '--json', '--to', 'oci', '-o', join(dir, 'json.oci.tar'), one]],
  ])('%j', async (words) => {
    const run = await runCli(words);
    const found = JSON.parse(run.out) as Record<string, unknown>;
    expect(found).toMatchObject({ schema: 1, command: words[0] });
    const undocumented = [...keysOf(found)].filter((key) => !new RegExp(`\\b${key}\\b`).test(documentation));
    expect(undocumented).toEqual([]);
  });
});

describe('CLI-5 layers count from 1, the base, in what is printed and in what is typed', () => {
  it('every layer of inspect and history by the number that --layer takes', async () => {
    const { images } = await document(['inspect', '--json', one]);
    const layers = (images as { image: number; layers: { layer: number }[] }[])[0]?.layers.map(({ layer }) => layer);
    expect(layers).toEqual([1, 2, 3]);
    const { steps } = await document(['history', '--json', one]);
    expect((steps as { step: number; layer: number }[]).map(({ step, layer }) => [step, layer])).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
    expect((await runCli(['history', one])).out).toMatch(/^layer .*\nL1 .*\nL2 .*\nL3 /);
  });

  it('the number that ls prints leads back to the same entry', async () => {
    const { entries } = await document(['ls', '--json', '-R', one]);
    for (const { path, layer } of entries as { path: string; layer: number }[]) {
      const alone = await document(['ls', '--json', '-d', '--layer', String(layer), one, path]);
      expect(alone).toMatchObject({ layer, entries: [{ path, layer }] });
    }
  });

  it('heads of documents tell the layer that was asked for', async () => {
    expect(await document(['ls', '--json', '--up-to', '2', one])).toMatchObject({ image: 1, upTo: 2 });
    expect(await document(['ls', '--json', one])).toMatchObject({ upTo: 3 });
    expect(await document(['tree', '--json', '--layer', 'base', one])).toMatchObject({ layer: 1, mode: 'layer' });
    expect(JSON.parse((await runCli(['diff', '--json', '--layer', '2', '--layer', '3', one])).out)).toMatchObject({
      left: { image: 1, layer: 2 },
      right: { image: 1, layer: 3 },
    });
  });

  it('a comparison of two layers names them, not their places in the comparison', async () => {
    const run = await runCli(['diff', '--json', '--layer', '2', '--layer', '3', one]);
    const { entries } = JSON.parse(run.out) as { entries: { leftLayer?: number; rightLayer?: number }[] };
    expect(new Set(entries.flatMap(({ leftLayer }) => leftLayer ?? []))).toEqual(new Set([2]));
    expect(new Set(entries.flatMap(({ rightLayer }) => rightLayer ?? []))).toEqual(new Set([3]));
  });

  it('verify tells every place of a layer that images share', async () => {
    const shared = writeSample(
      dir,
      'shared.tar',
      sampleArchive([
        { tags: ['a:1'], layers: [BASE_LAYER, MIDDLE_LAYER] },
        { tags: ['a:2'], layers: [TOP_LAYER, BASE_LAYER] },
      ]),
    );
    const { rows } = await document(['verify', '--json', shared]);
    expect((rows as { places?: unknown }[]).map(({ places }) => places)).toContainEqual([
      { image: 1, layer: 1 },
      { image: 2, layer: 2 },
    ]);
  });

  it.each(['0', '4', '-1'])('--layer %s is no layer of three', async (layer) => {
    const run = await runCli(['ls', '--layer', layer, one]);
    expect(run.code).toBe(2);
    expect(run.err).toContain(`there is no layer ${layer}: layers count from 1, the base; this image has 3`);
  });

  it('a missing layer is named by its number, in findings too', async () => {
    const manifest = [{ Config: 'config.json', RepoTags: ['gone:1'], Layers: ['a/layer.tar', 'b/layer.tar'] }];
    const tar = sampleTar([
      { name: 'manifest.json', content: JSON.stringify(manifest) },
      { name: 'config.json', content: JSON.stringify({ rootfs: { type: 'layers', diff_ids: [] } }) },
      { name: 'a/layer.tar', content: BASE_LAYER.toString() },
    ]);
    const gone = writeSample(dir, 'gone.tar', tar);
    expect((await runCli(['inspect', gone])).out).toContain('The file of layer 2 is not in the archive: b/layer.tar');
    expect((await runCli(['ls', gone])).err).toContain('layer 2 (b/layer.tar) is not in the archive');
    const { images } = await document(['inspect', '--json', gone]);
    expect((images as { findings: unknown[] }[])[0]?.findings).toContainEqual(
      expect.objectContaining({ code: 'layerMissing', params: { layer: 2, path: 'b/layer.tar' } }),
    );
  });
});

describe('CLI-2 what is printed as JSON', () => {
  it('cat --json carries the bytes', async () => {
    const { files } = await document(['cat', '--json', one, 'etc/passwd', 'bin/tool']);
    const [passwd, tool] = files as { path: string; layer: number; size: number; base64: string }[];
    expect(Buffer.from(passwd?.base64 ?? '', 'base64').toString()).toBe('root:x:0:0\nme:x:1:1\n');
    expect(tool).toMatchObject({ path: 'usr/bin/tool', layer: 1, size: 10 });
    expect(Buffer.from(tool?.base64 ?? '', 'base64').length).toBe(10);
  });

  it('convert --json refuses to mix with the archive on standard output', async () => {
    const run = await runCli(['convert', '--json', '--to', 'oci', '-o', '-', one]);
    expect(run).toMatchObject({ code: 2, out: '' });
    expect(run.err).toContain('--json has no place');
  });
});
