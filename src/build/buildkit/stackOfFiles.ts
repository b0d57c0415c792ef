import type { LayerWriter } from '../../engine/imageMount.ts';
import type { FileSet } from '../classic/contextFiles.ts';
import type { BuildkitSurroundings } from './buildkitOptions.ts';
import { select } from './copySelection.ts';
import { type LayerStack, NO_LAYERS } from './layerStack.ts';
import { placeSelection } from './placeSelection.ts';

/** Files as the one layer that a stage begins with (`FROM NAME` of a context that is a folder). Throws BuildError. */
export async function stackOfFiles(
  files: FileSet,
  { engine, work }: BuildkitSurroundings,
  writer: LayerWriter | undefined,
): Promise<LayerStack> {
  const { selected, digest } = await select(files, ['/'], { excludes: [], keepsParents: false }, work);
  const { mount, seal } = engine.images.mount([]);
  await placeSelection(selected, {
    mount,
    destination: '/',
    owner: undefined,
    mode: undefined,
    unpacks: false,
    work,
  });
  const diffId = await seal(writer);
  if (diffId === undefined) return NO_LAYERS;
  return { key: `files ${digest}`, layers: [diffId], times: [undefined] };
}
