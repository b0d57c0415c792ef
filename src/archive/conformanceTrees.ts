import type { Work } from '../bytes/platform.ts';
import { CodecError } from '../codec/codecError.ts';
import { TarError } from '../tar/tarEntry.ts';
import { LayerUnion } from '../vfs/layerUnion.ts';
import type { LayerTree } from '../vfs/layerTree.ts';
import { listingFacts } from '../vfs/listing.ts';
import { ArchiveError, type Archive, type ArchiveImage, type Finding } from './archive.ts';
import { digestFiles } from './fileDigests.ts';
import { engineImages, type RecordedArchive, type RecordedFacts, type RecordedTree } from './recordedFacts.ts';

/** A merged tree as one tool shows it. */
interface ToolTree {
  readonly tool: string;
  readonly tree: RecordedTree;
}

/** Compares merged trees. The first tool that has a tree is followed: docker, then podman on the kernel's overlay, then
 *  umoci. Where a tool refuses an archive the next one's tree counts; where ours equals none of them, a finding of the
 *  image or its layers must say what is odd. */
export async function checkTrees(entry: RecordedArchive, archive: Archive, work: Work): Promise<string[]> {
  const problems: string[] = [];
  for (const image of archive.images) {
    if (image.isArtifact || image.layers.some(({ presence }) => presence !== 'present')) continue;
    const recorded = await recordedTrees(entry.expected, image, work);
    const first = recorded[0];
    if (!first) continue;
    const name = image.imageId ?? image.v1Id ?? '?';
    problems.push(...(await checkTree(first, recorded, image, work)).map((problem) => `${name}: ${problem}`));
  }
  return problems;
}

async function checkTree(
  first: ToolTree,
  recorded: readonly ToolTree[],
  image: ArchiveImage,
  work: Work,
): Promise<string[]> {
  let facts: Awaited<ReturnType<typeof treeFacts>>;
  try {
    facts = await treeFacts(image, work);
  } catch (error) {
    if (!(error instanceof ArchiveError || error instanceof TarError || error instanceof CodecError)) throw error;
    return [`no tree (${error.message}), although ${first.tool} shows one`];
  }
  const same = ({ tree }: ToolTree) =>
    tree.listing_sha256 === facts.listingSha256 && tree.mtime_sha256 === facts.mtimeSha256;
  if (same(first)) return [];
  // Docker's answer is the one to give; of the others, none is law.
  const isStated = facts.findings.some(({ severity }) => severity !== 'info');
  if (first.tool !== 'docker' && (recorded.some(same) || isStated)) return [];
  const what = first.tree.listing_sha256 === facts.listingSha256 ? 'times' : 'tree';
  return [
    `the merged ${what} differ from those of ${first.tool} (${facts.objects} objects, ${first.tree.objects ?? '?'} there)`,
  ];
}

async function treeFacts(image: ArchiveImage, work: Work) {
  const trees: LayerTree[] = [];
  const findings: Finding[] = [...image.findings];
  for (const layer of image.layers) {
    const index = await layer.readIndex(work);
    trees.push(index.tree);
    findings.push(...index.findings);
  }
  const union = new LayerUnion(trees);
  const digests = new Map<number, ReadonlyMap<number, string>>();
  const digestOf = async (position: number, entry: number): Promise<string> => {
    const layer = image.layers[position];
    const tree = trees[position];
    if (!layer || !tree) throw new RangeError(`no layer ${position}`);
    const known = digests.get(position) ?? (await digestFiles(layer, tree, undefined, work));
    digests.set(position, known);
    return known.get(tree.inode(entry)) ?? 'unreadable';
  };
  return { ...(await listingFacts(union, digestOf, work.platform)), findings };
}

/** The trees that tools made of this image, the one to follow first. */
async function recordedTrees(facts: RecordedFacts, image: ArchiveImage, work: Work): Promise<ToolTree[]> {
  const trees: ToolTree[] = [];
  const add = (tool: string, tree: RecordedTree | undefined) => {
    if (tree?.listing_sha256 !== undefined) trees.push({ tool, tree });
  };
  add('docker', await dockerTree(facts, image, work));
  for (const skopeo of facts['skopeo_1.9.3'] ?? []) {
    const { raw, config } = skopeo.inspect ?? {};
    const isThis =
      image.manifest && raw?.sha256 && skopeo.src.startsWith('oci')
        ? image.manifest.digest === `sha256:${raw.sha256}` || isChosen(image, config?.sha256)
        : isChosen(image, config?.sha256);
    if (!isThis) continue;
    add('podman', skopeo['podman_4.3.1_overlay']);
    add('umoci', skopeo['umoci_0.4.7']);
  }
  return trees;
}

function isChosen(image: ArchiveImage, configSha256: string | undefined): boolean {
  return configSha256 !== undefined && image.imageId === `sha256:${configSha256}`;
}

/** v1 images have no ID of ours: the one that docker made is known by its tags and layers. */
async function dockerTree(facts: RecordedFacts, image: ArchiveImage, work: Work): Promise<RecordedTree | undefined> {
  const images = engineImages(facts);
  if (image.imageId !== undefined) return images[image.imageId]?.rootfs;
  const diffIds: string[] = [];
  for (const layer of image.layers) diffIds.push((await layer.verify(work)).diffId);
  const twin = Object.values(images).find(({ tags, layers }) => {
    const hasTag = tags?.some((tag) => image.tags.includes(tag)) ?? false;
    return hasTag && layers?.join() === diffIds.join();
  });
  return twin?.rootfs;
}
