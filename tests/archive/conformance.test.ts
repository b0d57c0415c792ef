import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { checkArchive } from '../../src/archive/conformance.ts';
import type { ArchiveInput } from '../../src/archive/openArchive.ts';
import type { RecordedArchive } from '../../src/archive/recordedFacts.ts';
import { openFileSource } from '../../src/platform/node.ts';
import { describeWithFixtures } from '../fixtures.ts';
import { configOf, dockerArchive, input, sampleLayers, sha256, work } from './buildTar.ts';

function filesBelow(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

describe('records of odd archives', () => {
  // What manifest.json has for `RepoTags`, taken over by the recorder as it stood.
  it.each([{ tags: 5 }, { tags: 'app:1' }, { tags: ['app:1', null] }, { tags: null }])('%j', async ({ tags }) => {
    const [base] = await sampleLayers();
    const bytes = await dockerArchive([base]);
    const image_id = sha256(new TextEncoder().encode(configOf([sha256(base)])));
    const entry = {
      file: 'x',
      format: 'docker-archive',
      expected: { images: [{ src: 'manifest.json', image_id, tags, layers: [{}] }] },
    };
    const result = await checkArchive(entry as unknown as RecordedArchive, async () => input(bytes), work);
    expect(result.problems).toEqual([]);
  });

  it('a tag that is not there is noticed', async () => {
    const [base] = await sampleLayers();
    const image_id = sha256(new TextEncoder().encode(configOf([sha256(base)])));
    const expected = { images: [{ src: 'manifest.json', image_id, tags: ['other:1'], layers: [{}] }] };
    const bytes = await dockerArchive([base]);
    const result = await checkArchive({ file: 'x', format: '', expected }, async () => input(bytes), work);
    expect(result.problems).toEqual([`${image_id}: tag other:1 not found`]);
  });
});

describeWithFixtures('ARC-1 SAVE-1 archives that real tools have judged', (dir) => {
  const opened: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const source of opened.splice(0)) await source.close();
  });

  async function open(path: string) {
    const source = await openFileSource(path);
    opened.push(source);
    return source;
  }

  async function inputOf(file: string): Promise<ArchiveInput> {
    const path = join(dir, 'archives', file);
    if (!statSync(path).isDirectory()) return { fileName: file, source: await open(path) };
    const folder = filesBelow(path).map(async (one) => ({ path: relative(path, one), source: await open(one) }));
    return { fileName: file, folder: await Promise.all(folder) };
  }

  const entries = readEntries(dir);
  it.each(entries.map((entry) => [entry.file, entry] as const))('%s', async (file, entry) => {
    const { problems } = await checkArchive(entry, () => inputOf(file), work);
    expect(problems).toEqual([]);
  });

  it('a wrong record is noticed', async () => {
    const entry = entries.find(({ expected }) => expected.images?.[0]?.layers?.[0]?.entries);
    if (!entry) throw new Error('no entry with layers');
    const falsified = JSON.parse(JSON.stringify(entry).replace('"entries":', '"entries":1')) as RecordedArchive;
    const result = await checkArchive(falsified, () => inputOf(entry.file), work);
    expect(result.passed).toBe(false);
    expect(result.problems[0]).toContain('entries');
  });
});

function readEntries(dir: string): readonly RecordedArchive[] {
  if (dir === '') return [];
  const text = readFileSync(join(dir, 'archives/MANIFEST.json'), 'utf8');
  return (JSON.parse(text) as { entries: RecordedArchive[] }).entries;
}
