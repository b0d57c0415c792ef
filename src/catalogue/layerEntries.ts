import type { CatalogueFiles } from './catalogueFiles.ts';
import type { AptPackages } from './aptPackages.ts';
import { dpkgDatabase } from './dpkgDatabase.ts';
import type { LayerEntry } from './layerTar.ts';
import { readListing } from './listing.ts';
import type { RecipeLayer } from './recipe.ts';

const USR_MERGED = /^(bin|sbin|lib|lib32|lib64|libx32)(?=\/|$)/;

/** All entries of a recipe's layer. `installed`: packages of the layers below, for dpkg's database. */
export async function layerEntries(
  layer: RecipeLayer,
  files: CatalogueFiles,
  packages: AptPackages,
  installed: Set<string>,
): Promise<readonly LayerEntry[]> {
  const entries: LayerEntry[] = [];
  const names = (layer.packages ?? []).flatMap((name) => (name === 'base' ? [] : [name]));
  if (layer.packages?.includes('base')) names.unshift(...(await packages.base()));
  for (const name of names) entries.push(...(await packages.entries(name)));
  const left = (layer.without ?? []).map((pattern) => new RegExp(pattern));
  const kept: LayerEntry[] = entries
    .map((entry) => (layer.isUsrMerged ? merged(entry) : entry))
    .filter(({ path }) => !left.some((pattern) => pattern.test(path)) && !(layer.isUsrMerged && USR_MERGED.test(path)));
  if (names.length > 0) {
    for (const name of names) installed.add(name);
    kept.push(...(await dpkgDatabase(packages, installed, names)));
  }
  if (layer.isUsrMerged && layer.packages?.includes('base')) {
    for (const name of ['bin', 'sbin', 'lib', 'lib64'])
      kept.push({ kind: 'l', path: name, mode: 0o777, uid: 0, gid: 0, sizeBytes: 0, target: `usr/${name}` });
  }
  if (layer.listing !== undefined) kept.push(...readListing(layer.listing));
  if (layer.listingFile !== undefined) kept.push(...readListing(await files.text(layer.listingFile)));
  for (const [key, text] of Object.entries(layer.texts ?? {})) {
    const [path = '', mode = '644'] = key.split('#');
    kept.push({ kind: 'f', path, mode: Number.parseInt(mode, 8), uid: 0, gid: 0, sizeBytes: 0, text });
  }
  return kept;
}

function merged(entry: LayerEntry): LayerEntry {
  const { kind, path, target } = entry;
  return {
    ...entry,
    path: path.replace(USR_MERGED, 'usr/$1'),
    ...(kind === 'h' && target !== undefined && { target: target.replace(USR_MERGED, 'usr/$1') }),
  };
}
