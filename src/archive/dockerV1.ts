import { isReference } from '../image/reference.ts';
import { repositoryTagsOf } from '../image/repositories.ts';
import { isV1Id, v1ImageOf, type V1Image } from '../image/v1Image.ts';
import { ArchiveFindings } from './finding.ts';
import { ArchiveError } from './archive.ts';
import { findLayer, type DescribedImage } from './layerSpec.ts';
import { documentFault, parseReported, readDocument, reportTypes, type OpenContext } from './openContext.ts';
import { checkDepth, platformOf } from './readConfig.ts';
import { configOfV1 } from './v1Config.ts';

/** Longer chains than any engine mounted: AUFS stopped at 127 branches. */
const MAX_CHAIN = 1000;
/** Layers of all images together: chains share them. */
const MAX_LAYERS = 100_000;

/** Opens what `docker save` wrote before 1.10: ID/{VERSION,json,layer.tar}, each naming its parent, and
 *  `repositories`, which names the heads. Without it the heads are the IDs that are nobody's parent. */
export async function openDockerV1(context: OpenContext): Promise<DescribedImage[]> {
  const tagsOf = await readHeads(context);
  const nodes = await readNodes(context, tagsOf.keys());
  const named = [...tagsOf.keys()].filter((id) => nodes.has(id));
  const heads = named.length > 0 ? named : unparented(nodes);
  if (named.length === 0 && heads.length > 0) context.findings.warning('headsNotNamed', { images: heads.length });
  for (const [id, tags] of tagsOf) {
    if (nodes.has(id)) continue;
    if (!isV1Id(id)) context.findings.fault('v1IdInvalid', { id: id.slice(0, 160), tag: tags.join(' ').slice(0, 300) });
    else context.findings.fault('manifestMissing', { digest: id });
  }
  const images: DescribedImage[] = [];
  let layers = 0;
  for (const id of heads) {
    const image = describeV1Image(context, nodes, id, tagsOf.get(id) ?? []);
    layers += image.layers.length;
    if (layers > MAX_LAYERS) {
      const message = `${context.fileName}: more than ${MAX_LAYERS} layers in ${heads.length} images`;
      throw new ArchiveError('limit', 'repositories', undefined, message);
    }
    images.push(image);
  }
  return images;
}

/** v1 ID → the folder of its `json`. Below the top only IDs of 64 hex digits are looked for: archives that were
 *  packed with a folder around them. */
export function v1Folders(paths: Iterable<string>): Map<string, string> {
  const folders = new Map<string, string>();
  for (const path of paths) {
    if (!path.endsWith('/json')) continue;
    const folder = path.slice(0, -'/json'.length);
    const id = folder.slice(folder.lastIndexOf('/') + 1);
    if (isV1Id(id) && !folders.has(id)) folders.set(id, folder);
  }
  return folders;
}

interface V1Node {
  readonly image: V1Image;
  readonly folder: string;
}

async function readNodes(context: OpenContext, heads: Iterable<string>): Promise<Map<string, V1Node>> {
  const nodes = new Map<string, V1Node>();
  const around = new Set<string>();
  for (const [id, folder] of v1Folders(context.members.paths())) {
    if (folder !== id) around.add(folder.slice(0, -id.length - 1));
    await readNode(context, id, folder, nodes);
  }
  for (const path of around) context.findings.warning('membersNested', { path });
  await readNamedNodes(context, heads, nodes);
  return nodes;
}

/** Docker takes any name of a folder for an ID when a tag or a child names it. */
async function readNamedNodes(
  context: OpenContext,
  heads: Iterable<string>,
  nodes: Map<string, V1Node>,
): Promise<void> {
  const named = [...heads, ...[...nodes.values()].map(({ image }) => image.parent)];
  for (let id = named.pop(), read = 0; id !== undefined || named.length > 0; id = named.pop()) {
    if (id === undefined || nodes.has(id) || !isFolderName(id) || !context.members.has(`${id}/json`)) continue;
    if (++read > MAX_CHAIN) return;
    await readNode(context, id, id, nodes);
    named.push(nodes.get(id)?.image.parent);
  }
}

function isFolderName(id: string): boolean {
  return /^\w[\w.-]{0,127}$/.test(id) && !isV1Id(id);
}

async function readNode(context: OpenContext, id: string, folder: string, nodes: Map<string, V1Node>): Promise<void> {
  context.work.signal?.throwIfAborted();
  const path = `${folder}/json`;
  const bytes = await readDocument(context, path);
  if (!bytes) return;
  try {
    const document = parseReported(bytes, path, context.findings);
    nodes.set(id, { image: v1ImageOf(document), folder });
    reportTypes('v1Image', document, path, context.findings);
  } catch (error) {
    context.findings.warning('v1JsonUnreadable', { id, fault: documentFault(error) });
  }
}

/** v1 ID → the tags that point to it. */
async function readHeads(context: OpenContext): Promise<Map<string, string[]>> {
  const heads = new Map<string, string[]>();
  const bytes = await readDocument(context, 'repositories');
  if (!bytes) return heads;
  try {
    const document = parseReported(bytes, 'repositories', context.findings);
    reportTypes('repositories', document, 'repositories', context.findings);
    for (const { reference, target } of repositoryTagsOf(document)) {
      if (!isReference(reference)) context.findings.warning('tagInvalid', { tag: reference.slice(0, 300) });
      heads.set(target, [...(heads.get(target) ?? []), reference]);
    }
  } catch (error) {
    context.findings.warning('documentUnreadable', { path: 'repositories', fault: documentFault(error) });
  }
  return heads;
}

function unparented(nodes: ReadonlyMap<string, V1Node>): string[] {
  const parents = new Set([...nodes.values()].map(({ image }) => image.parent));
  const heads = [...nodes.keys()].filter((id) => !parents.has(id));
  return heads.length > 0 ? heads : [...nodes.keys()].slice(0, 1);
}

function describeV1Image(
  context: OpenContext,
  nodes: ReadonlyMap<string, V1Node>,
  head: string,
  tags: readonly string[],
): DescribedImage {
  const findings = new ArchiveFindings();
  const ids = chainOf(nodes, head, findings);
  if (!isV1Id(head)) findings.info('v1IdInvalid', { id: head.slice(0, 160), tag: tags.join(' ').slice(0, 300) });
  checkDepth(ids.length, findings);
  const config = configOfV1(ids.map((id) => nodes.get(id)?.image ?? {}));
  return {
    describedBy: 'v1',
    imageId: undefined,
    v1Id: head,
    v1Folders: ids.map((id) => nodes.get(id)?.folder ?? id),
    manifest: undefined,
    config,
    configBytes: undefined,
    tags,
    platform: platformOf(config),
    annotations: {},
    artifactType: undefined,
    isArtifact: false,
    layers: ids.map((id, position) =>
      findLayer(context.members, `${nodes.get(id)?.folder ?? id}/layer.tar`, position, {}, findings),
    ),
    findings: findings.list(),
  };
}

/** IDs from the base to the head. A chain that comes back to itself crashes engines: it is cut there. */
function chainOf(nodes: ReadonlyMap<string, V1Node>, head: string, findings: ArchiveFindings): string[] {
  const ids: string[] = [];
  const seen = new Set<string>();
  for (let id: string | undefined = head; id !== undefined; id = nodes.get(id)?.image.parent) {
    if (seen.has(id)) {
      findings.fault('v1Cycle', { id });
      break;
    }
    if (!nodes.has(id)) {
      findings.fault(isV1Id(id) ? 'v1ParentMissing' : 'v1IdInvalid', { id: id.slice(0, 160) });
      break;
    }
    if (ids.length >= MAX_CHAIN) {
      findings.fault('v1TooDeep', { limit: MAX_CHAIN });
      break;
    }
    seen.add(id);
    ids.push(id);
  }
  return ids.reverse();
}
