import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { decodeName } from '../../src/bytes/byteName.ts';
import type { RunSource } from '../../src/bytes/runSource.ts';
import { Catalogue } from '../../src/catalogue/catalogue.ts';
import { nodePlatform } from '../../src/platform/node.ts';
import { fingerprint, hashed } from '../../src/catalogue/layerDigests.ts';
import { scanTar } from '../../src/tar/scanTar.ts';

const files = {
  text: (path: string) => readFile(new URL(`../../public/catalogue/${path}`, import.meta.url), 'utf8'),
};
const platform = nodePlatform();
const catalogue = new Catalogue(files, platform);

const lost = (path: string) => Promise.reject(new Error(`${path} is not there`));

interface Config {
  readonly rootfs: { readonly diff_ids: readonly string[] };
  readonly history: readonly { readonly created_by: string; readonly empty_layer?: boolean }[];
}

describe('CAT-1 base images', () => {
  it('every image can be made, its diffIDs are those of its layers', async () => {
    const sizes: Record<string, number> = {};
    const known = new Map<RunSource, string>();
    for (const { name, repository, tags } of await catalogue.entries()) {
      const image = await catalogue.image(repository, tags[0] as string);
      const config = JSON.parse(decodeName(image?.config as Uint8Array)) as Config;
      const layers = image?.layers ?? [];
      expect(config.history.filter(({ empty_layer }) => !empty_layer).length, name).toBe(layers.length);
      let sizeBytes = 0;
      for (const [i, { tar, diffId }] of layers.entries()) {
        known.set(tar, diffId);
        expect(config.rootfs.diff_ids[i]).toBe(diffId);
        await scanTar(tar, (entry) => {
          sizeBytes += entry.type === 'file' ? entry.sizeBytes : 0;
        });
      }
      sizes[name] = Math.round(sizeBytes / 1e6);
    }
    // A gigabyte or two: each layer once.
    for (const [tar, diffId] of known) expect(`sha256:${await hashed(tar, platform)}`).toBe(diffId);
    // As `docker images` shows the real ones, within what a newer package or two make.
    expect(sizes).toMatchObject({ 'hello-world': 0, alpine: 7, busybox: 1 });
    expect(sizes.debian).toBeGreaterThan(90);
    expect(sizes.golang).toBeGreaterThan(400);
  });

  it('what was written down of the digests is of these layers: `node scripts/catalogue/digests.mjs` writes it', async () => {
    const written = JSON.parse(await files.text('images/digests.json')) as Record<string, string>;
    for (const { repository, tags } of await catalogue.entries())
      for (const { tar, diffId } of (await catalogue.image(repository, tags[0] as string))?.layers ?? [])
        expect(`sha256:${written[await fingerprint(tar, platform)]}`, repository).toBe(diffId);
  });

  it('a layer that nobody wrote down is hashed', async () => {
    const bare = new Catalogue(
      { text: (path) => (path.endsWith('digests.json') ? lost(path) : files.text(path)) },
      platform,
    );
    const [image, same] = await Promise.all([bare, catalogue].map((one) => one.image('library/busybox', 'latest')));
    expect(image?.layers.map(({ diffId }) => diffId)).toEqual(same?.layers.map(({ diffId }) => diffId));
  });

  it('images that are made from others share their layers', async () => {
    const debian = await catalogue.image('library/debian', 'bookworm-slim');
    const redis = await catalogue.image('library/redis', '7');
    const nginx = await catalogue.image('library/nginx', 'latest');
    expect(redis?.layers[0]).toBe(debian?.layers[0]);
    expect(nginx?.layers[0]).toBe(debian?.layers[0]);
    expect(redis?.layers.length).toBe(8);
    expect(await catalogue.image('library/redis', '99')).toBeUndefined();
  });
});
