import { type BiographyEvent as Deed, biography, entryAt, hardLinkPaths, pathNames } from '../analysis/biography.ts';
import type { LayerStack } from '../analysis/directoryMerge.ts';
import { decodeName } from '../bytes/byteName.ts';
import { type LayerTree, NO_ENTRY } from '../vfs/layerTree.ts';
import { WorkerError } from './faults.ts';
import type { EntryDetail } from './protocol.ts';
import type { Session } from './session.ts';
import { settledDepth } from './stacks.ts';

interface Described {
  readonly layer: number;
  readonly entry: number;
  readonly visible: boolean;
}

/** `ExplorerService.entryDetail`: of the version that the union up to a layer shows, else of the last that it
 *  had. The biography also tells of the layers above, as far as they are indexed. Throws WorkerError
 *  `badRequest` where no layer has anything at the path. */
export async function entryDetail(
  session: Session,
  archiveId: string,
  image: number,
  path: string,
  upToLayer: number,
): Promise<EntryDetail> {
  const opened = session.archive(archiveId);
  opened.layerOfImage(image, upToLayer);
  const layers = await opened.trees(image, Math.max(upToLayer + 1, settledDepth(opened, image)) - 1);
  const deeds = biography(layers, path);
  const described = describedVersion(layers, deeds, path, upToLayer);
  if (!described) throw new WorkerError('badRequest', `no layer has anything at /${path}`, { path });
  const { layer, entry, visible } = described;
  const tree = layers[layer] as LayerTree;
  const ownPath = tree.path(entry);
  const target = tree.linkTarget(entry);
  return {
    path: ownPath,
    kind: tree.kind(entry),
    layer,
    entry,
    mode: tree.mode(entry),
    uid: tree.uid(entry),
    gid: tree.gid(entry),
    sizeBytes: tree.sizeBytes(entry),
    mtimeSec: tree.mtimeSec(entry),
    mtimeNsec: tree.mtimeNsec(entry),
    linkTarget: target && decodeName(target),
    device: tree.device(entry),
    // Copies: views of the pool would be cloned with the whole of it.
    xattrs: tree.xattrs(entry).map(({ name, value }) => ({ name: decodeName(name), value: value.slice() })),
    hardLinks: hardLinkPaths(tree, entry).filter((other) => other !== ownPath),
    visible,
    biography: deeds,
  };
}

function describedVersion(
  layers: LayerStack,
  deeds: readonly Deed[],
  path: string,
  upToLayer: number,
): Described | undefined {
  const seen = deeds.filter((deed) => deed.layer <= upToLayer);
  const last = seen.at(-1);
  const supplier = seen.findLast((deed) => deed.entry !== undefined && !isRemoval(deed));
  if (supplier?.entry !== undefined) {
    return { layer: supplier.layer, entry: supplier.entry, visible: last !== undefined && !isRemoval(last) };
  }
  return anyVersion(layers, path, upToLayer);
}

function isRemoval({ deed }: Deed): boolean {
  return deed === 'deleted' || deed === 'hiddenByParent' || deed === 'hiddenByOpaque';
}

/** For what never was in sight: a whiteout of nothing, or what only a layer above has. */
function anyVersion(layers: LayerStack, path: string, upToLayer: number): Described | undefined {
  const names = pathNames(path);
  const below = [...layers.keys()].filter((layer) => layer <= upToLayer).reverse();
  const above = [...layers.keys()].filter((layer) => layer > upToLayer);
  for (const layer of [...below, ...above]) {
    const tree = layers[layer];
    const entry = tree ? entryAt(tree, names) : NO_ENTRY;
    if (entry !== NO_ENTRY) return { layer, entry, visible: false };
  }
  return undefined;
}
