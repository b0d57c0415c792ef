import { type TarMemberWithContent, writeTar } from '../tar/writeTar.ts';
import { sealLayer } from '../vfs/overlay/seal.ts';
import { asBuildkitd } from './buildkitdLayer.ts';
import { type BuildCommand, type BuildCommandEnd, runInMount } from './buildProcess.ts';
import type { Digest } from '../image/digest.ts';
import type { OverlayMount } from '../vfs/overlay/overlayMount.ts';
import { OverlayMount as Mount } from '../vfs/overlay/overlayMount.ts';
import { Upper } from '../vfs/overlay/upper.ts';
import type { UpperView } from '../vfs/overlay/upperView.ts';
import { imageLowers } from './containerRootfs.ts';
import type { EngineCore } from './engineCore.ts';
import { layersOf } from './imageStore.ts';
import { payloadSizeBytes, placeLayer, readLayer } from './layerStore.ts';
import { sealedTar } from './layerTar.ts';

/** dockerd, the BuildKit inside it, or a buildkitd of its own. */
export type LayerWriter = 'engine' | 'buildkit' | 'buildkitd';

/** Layers mounted to be read and written, with no container around: what a builder copies into. */
export interface ImageMount {
  readonly mount: OverlayMount;
  /** Stores what was written as a layer on the others. Gives its diffID; undefined where nothing was. `writer`: whose
   *  form the layer takes, the engine's own where it is not said. */
  seal(writer?: LayerWriter): Promise<Digest | undefined>;
  /** Runs a command in them, as RUN does. Throws EngineError for a user who is not there. */
  run(command: BuildCommand): Promise<BuildCommandEnd>;
}

/** `layers`: diffIDs, base first. */
export function mountLayers(core: EngineCore, layers: readonly Digest[]): ImageMount {
  const now = () => core.kernel.clock.now();
  const upper = new Upper({ now });
  const mount = new Mount({ lowers: imageLowers(layersOf(core, layers), now), upper });
  return {
    mount,
    seal: async (writer = 'engine') => {
      if (writer !== 'buildkitd') return sealOn(core, layers, upper.freeze(), writer);
      const below = new Mount({ lowers: imageLowers(layersOf(core, layers), now) });
      const members: TarMemberWithContent[] = [];
      for await (const one of asBuildkitd(sealLayer(upper.freeze()), { below, merged: mount })) members.push(one);
      if (members.length === 0) return undefined;
      return placeLayer(core, layersOf(core, layers).at(-1), await readLayer(core, writeTar(members))).diffId;
    },
    run: (command) => runInMount(core, mount, command),
  };
}

/** Stores an upper as a layer on top of others, as `commit` does. Undefined for one that holds nothing. */
export async function sealOn(
  core: EngineCore,
  below: readonly Digest[],
  frozen: UpperView,
  writer: 'engine' | 'buildkit' = 'engine',
): Promise<Digest | undefined> {
  const isEmpty = [...frozen.names(frozen.rootInode)].length === 0;
  if (isEmpty) return undefined;
  const read = await readLayer(core, await sealedTar(core, frozen));
  const counted = writer === 'buildkit' ? { ...read, sizeBytes: payloadSizeBytes(read.tree) } : read;
  return placeLayer(core, layersOf(core, below).at(-1), counted).diffId;
}
