import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { MemorySource } from '../../src/bytes/byteSource.ts';
import { EngineError } from '../../src/engine/engineError.ts';
import type { EngineVintage } from '../../src/engine/systemCalls.ts';
import { describeWithFixtures } from '../fixtures.ts';
import { testEngine } from '../support/testEngine.ts';

interface Entry {
  readonly file: string;
  readonly expected: Readonly<Record<string, RecordedLoad | undefined>>;
}

interface RecordedLoad {
  readonly rc: number;
  readonly out?: readonly string[];
  readonly err: string;
  /** 20.10: by ID; 26: `ID TAG`. */
  readonly images:
    readonly string[] | Readonly<Record<string, { readonly layers: readonly string[]; readonly size: number }>>;
}

/** Larger ones tell nothing more. */
const MAX_BYTES = 2 * 1024 * 1024;

/** Where we differ, and why. */
const DIFFERENT: readonly (readonly [file: RegExp, why: string])[] = [
  [/depsloop|v1-cycle/, 'the real daemon crashes'],
  [/escape\.tar|tar_relative|traversal|symlink-out/, 'names the place outside of the archive otherwise'],
  [/pax-nil-sparse-data|pax-path-hdr|pax-pos-size-file/, 'is no archive of images either way, told by another fault'],
  [/hardlink-dir|long-component|path-5000/, 'refused, in other words'],
];

const DIFFERENT_26: readonly (readonly [file: RegExp, why: string])[] = [
  ...DIFFERENT,
  [/emptyLayer|busybox2\.tgz|v1-ok|v1-two-tags|v1-legacy/, 'the config that 26 makes of v1 images is not known'],
  [/comp-gzip-crc/, '26 does not check what it decompresses by another program'],
];

describeWithFixtures('archives as real daemons loaded them', (dir) => {
  const { entries } = JSON.parse(readFileSync(join(dir, 'archives/MANIFEST.json'), 'utf8')) as {
    entries: readonly Entry[];
  };

  async function load(file: string, vintage: EngineVintage) {
    const { engine } = testEngine({ vintage });
    let out = '';
    let err = '';
    try {
      await engine.images.load(new MemorySource(readFileSync(file)).stream(), (message) => {
        if ('stream' in message) out += message.stream;
      });
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      err = error.message.replace(/\/var\/lib\/docker\/tmp\/docker-import-\d+/, '<tmp>').trim();
    }
    return { out: out.split('\n').filter(Boolean).sort(), err, engine };
  }

  for (const [vintage, key, different] of [
    ['20.10', 'docker_load_20.10.24', DIFFERENT],
    ['26', 'docker_load_26.1.5', DIFFERENT_26],
  ] as const) {
    it(`ENG-2 ${vintage}: prints the same, and holds the same images`, async () => {
      let judged = 0;
      for (const { file, expected } of entries) {
        const want = expected[key];
        const path = join(dir, 'archives', file);
        if (!want || different.some(([pattern]) => pattern.test(file))) continue;
        if (!existsSync(path) || !statSync(path).isFile() || statSync(path).size > MAX_BYTES) continue;
        const { out, err, engine } = await load(path, vintage);
        expect([file, err]).toEqual([file, want.err.replace('/x/graph/data/tmp/', '').trim()]);
        judged++;
        if (want.rc !== 0) continue;
        expect([file, out]).toEqual([file, [...(want.out ?? [])].sort()]);
        const ids = isList(want.images)
          ? want.images.map((line) => line.split(' ')[0] as string)
          : Object.keys(want.images);
        const images = new Map([...engine.images.all()].map((image) => [image.id as string, image]));
        expect([file, ids.filter((id) => !images.has(id))]).toEqual([file, []]);
        for (const [id, { layers, size }] of isList(want.images) ? [] : Object.entries(want.images)) {
          const image = images.get(id);
          expect([file, image?.sizeBytes, image?.layers.map(({ diffId }) => diffId)]).toEqual([file, size, layers]);
        }
      }
      expect(judged).toBeGreaterThan(200);
    }, 60_000);
  }
});

function isList(images: RecordedLoad['images']): images is readonly string[] {
  return Array.isArray(images);
}
