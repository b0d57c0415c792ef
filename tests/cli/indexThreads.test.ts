import { openSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';
import { beforeAll, describe, expect, it } from 'vitest';
import { openArchive } from '../../src/archive/openArchive.ts';
import { IndexThreads } from '../../src/archive/indexThreads.ts';
import { nodeIndexThreads } from '../../src/cli/indexThreads.ts';
import { borrowFile, NodeFile } from '../../src/platform/nodeFile.ts';
import { nodePlatform, openFileSource } from '../../src/platform/node.ts';
import { BASE_LAYER, sampleArchive, temporaryFolder, TOP_LAYER, writeSample } from './sampleImage.ts';

const dir = temporaryFolder();
const archivePath = writeSample(dir, 'app.tar', sampleArchive([{ tags: ['app:1'], layers: [BASE_LAYER, TOP_LAYER] }]));

beforeAll(async () => {
  await build({ configFile: 'vite.cli.config.ts', logLevel: 'error', build: { outDir: join(dir, 'cli') } });
});

describe('threads of Node', () => {
  it('ARC-9 index layers of a file, as this thread does', async () => {
    const threads = nodeIndexThreads(pathToFileURL(join(dir, 'cli/indexThread.js')), 2);
    expect(threads).toBeInstanceOf(IndexThreads);
    const work = { platform: nodePlatform() };
    const open = async () => {
      const source = await openFileSource(archivePath);
      return { source, archive: await openArchive({ fileName: 'app.tar', source }, work) };
    };
    const there = await open();
    const here = await open();
    await threads?.during(1, async () => {
      for (const [index, layer] of there.archive.layers.entries()) {
        const indexed = await threads.index(layer.blob as NonNullable<typeof layer.blob>, layer.compression, work);
        const expected = await here.archive.layers[index]?.readIndex(work);
        expect(indexed?.tree.columns).toEqual(expected?.tree.columns);
        expect(indexed?.findings).toEqual(expected?.findings);
      }
    });
    for (const { source } of [there, here]) await source.close();
  });

  it('are none on one core', () => {
    expect(nodeIndexThreads(new URL('file:///nowhere.js'), 1)).toBeUndefined();
  });
});

describe('a file that is lent', () => {
  it('stays open until it is given back, though it is closed here', async () => {
    const path = join(dir, 'lent');
    writeFileSync(path, 'hello, world');
    const source = await openFileSource(path);
    const lent = source.slice(7).lend();
    await source.close();
    const borrowed = borrowFile(lent);
    expect(new TextDecoder().decode(borrowed.readSync(0, 99))).toBe('world');
    lent.release();
    await expect(source.read(0, 1)).rejects.toMatchObject({ code: 'closed' });
  });

  it('BYTE-3 tells the borrower, too, that it was changed', async () => {
    const path = join(dir, 'changed');
    writeFileSync(path, 'hello');
    const file = NodeFile.fromDescriptor(openSync(path, 'r'));
    const { file: lent, release } = file.lend();
    utimesSync(path, 1, 1);
    await expect(borrowFile({ holder: lent, start: 0, sizeBytes: 5 }).read(0, 5)).rejects.toMatchObject({
      name: 'SourceError',
      code: 'changed',
    });
    release();
    file.close();
  });
});
