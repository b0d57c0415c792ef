import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { MemorySource } from '../../src/bytes/byteSource.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type { ProgressMessage } from '../../src/engine/progress.ts';
import { describeWithFixtures } from '../fixtures.ts';
import { testEngine } from '../support/testEngine.ts';

interface StartingImage {
  readonly name: string;
  readonly id: string;
  readonly diff_ids: readonly string[];
}

async function load(engine: Engine, bytes: Uint8Array): Promise<string> {
  let text = '';
  await engine.images.load(new MemorySource(bytes).stream(), (message: ProgressMessage) => {
    if ('stream' in message) text += message.stream;
  });
  return text;
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk.slice());
  return new Uint8Array(Buffer.concat(all));
}

describeWithFixtures('images of the engine', (dir) => {
  const archive = (name: string) => readFileSync(join(dir, `docker/images/${name}.tar`));
  const facts = JSON.parse(readFileSync(join(dir, 'docker/images/images.json'), 'utf8')) as Record<
    string,
    StartingImage
  >;

  it('ENG-1 loads what docker saved, under the same IDs', async () => {
    const { engine } = testEngine();
    for (const [name, image] of Object.entries(facts)) {
      expect(await load(engine, archive(name))).toBe(`Loaded image: ${image.name}\n`);
      const found = engine.images.find(image.name);
      expect(found.id).toBe(image.id);
      expect(found.layers.map(({ diffId }) => diffId)).toEqual(image.diff_ids);
    }
    expect(engine.images.list({}).map(({ repoTags }) => repoTags)).toEqual([
      ['layered:1'],
      ['debian:12'],
      ['busybox:latest'],
    ]);
  });

  it('ENG-1 saves the same bytes each time, and loads them again', async () => {
    for (const vintage of ['20.10', '26'] as const) {
      const { engine } = testEngine({ vintage });
      await load(engine, archive('layered'));
      const saved = await collect(await engine.images.save(['layered:1']));
      const again = await collect(await engine.images.save(['layered:1']));
      expect(Buffer.compare(saved, again)).toBe(0);
      const other = testEngine({ vintage }).engine;
      expect(await load(other, saved)).toBe('Loaded image: layered:1\n');
      expect(other.images.find('layered:1').id).toBe(facts.layered?.id);
    }
  });

  it('ENG-1 tells history, sizes and removal as docker does', async () => {
    const { engine } = testEngine();
    await load(engine, archive('layered'));
    expect(engine.images.history('layered:1').map(({ sizeBytes }) => sizeBytes)).toEqual([0, 20, 25, 0, 6, 1982352]);
    expect(engine.images.remove('layered:1')).toEqual([
      { untagged: 'layered:1' },
      { deleted: 'sha256:d6efcaae896f120ce0f18ea4d1f5088aa727b3cad3ddc475ad62627cb2aa0934' },
      { deleted: 'sha256:f6cc7e98d29b2e15a8dfe9c0b5ba1fc19801b131ae6e61662bc665e97f29f813' },
      { deleted: 'sha256:b773a4f11d3b9927bacd4e95d4544011ba567fa903760596118f3f85d561b902' },
      { deleted: 'sha256:4ea8b2f3117666f55ed356e387d16f4fbeb3a322b3fc3519f0b0c3060ef9ba4f' },
      { deleted: 'sha256:e2ab99797889b0c51f487ee550334bb317765711d20be3b05f2f1a6da260bfdc' },
    ]);
    expect(engine.images.list({ isAll: true })).toEqual([]);
  });
});
