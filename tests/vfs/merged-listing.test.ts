import { expect, test } from 'vitest';
import { LayerUnion } from '../../src/vfs/layerUnion.ts';
import { listingFacts } from '../../src/vfs/listing.ts';
import { describeWithFixtures, fixturesDir } from '../fixtures.ts';
import {
  type RecordedEntry,
  type RootfsFacts,
  dockerRootfs,
  fileBytes,
  hashes,
  otherRootfs,
  recordedEntries,
  recordedImages,
  sha256,
  treeOf,
} from './recordedImages.ts';

async function factsOf(layers: readonly Uint8Array[]): Promise<RootfsFacts> {
  const trees = await Promise.all(layers.map(async (layer) => (await treeOf(layer)).tree));
  const union = new LayerUnion(trees);
  const digestOf = async (layer: number, entry: number) => {
    const tree = trees[layer];
    const tar = layers[layer];
    if (!tree || !tar) throw new Error('no such layer');
    return sha256(fileBytes(tar, tree, entry));
  };
  const facts = await listingFacts(union, digestOf, hashes);
  return { objects: facts.objects, listing_sha256: facts.listingSha256, mtime_sha256: facts.mtimeSha256 };
}

/** Archives that dockerd 20.10 loaded and that can be read here, found before the tests are named. */
async function comparable(dir: string): Promise<readonly RecordedEntry[]> {
  const found: RecordedEntry[] = [];
  for (const entry of recordedEntries(dir)) {
    const rootfs = dockerRootfs(entry);
    if (rootfs.size === 0) continue;
    const images = await recordedImages(dir, entry.file);
    if (images.some((image) => rootfs.has(image.imageId))) found.push(entry);
  }
  return found;
}

const fixtures = fixturesDir();
const loaded = fixtures ? await comparable(fixtures) : [];

describeWithFixtures('the merged view of recorded archives', (dir) => {
  const entries = recordedEntries(dir);

  test('there is enough to compare', () => {
    expect(loaded.length).toBeGreaterThan(100);
  });

  test.each(loaded)('UNION-1 equals what dockerd 20.10 mounted: $file', { timeout: 60_000 }, async (entry) => {
    const rootfs = dockerRootfs(entry);
    for (const image of await recordedImages(dir, entry.file)) {
      const expected = rootfs.get(image.imageId);
      if (expected) expect(await factsOf(image.layers)).toEqual(pick(expected));
    }
  });

  const refused = entries.filter(
    (entry) => entry.file.startsWith('adversarial/layer-') && dockerRootfs(entry).size === 0 && otherRootfs(entry),
  );

  test.each(refused)('TREE-4 shows what docker refuses as another tool does, with a finding: $file', async (entry) => {
    const [image] = await recordedImages(dir, entry.file);
    if (!image) throw new Error('no image');
    expect(await factsOf(image.layers)).toEqual(pick(otherRootfs(entry) as RootfsFacts));
    const findings = await Promise.all(image.layers.map(async (layer) => (await treeOf(layer)).findings));
    expect(findings.flat().some((finding) => finding.severity === 'error')).toBe(true);
  });
});

function pick({ objects, listing_sha256, mtime_sha256 }: RootfsFacts): RootfsFacts {
  return { objects, listing_sha256, mtime_sha256 };
}
