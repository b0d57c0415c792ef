import type { RegistryStore } from '../../registry/simulated/registryStore.ts';
import type { LayerColumns } from '../../vfs/layerTree.ts';
import type { MachineState } from '../machine.ts';
import { type Moment, StateAtRest, Timeline } from '../timeline.ts';
import { decodeDocument } from './document.ts';
import { MOMENT } from './headShape.ts';
import { KeepError } from './keepError.ts';
import { type KeptPart, openPart, readPart } from './keptMachine.ts';
import { type PackedMoment, type PackedTimeline, rememberMoment } from './packMoments.ts';
import { requireShape } from './shape.ts';
import { asKeepErrors, type Unpacking, unpackHost, unpackOthers } from './unpackHost.ts';
import { unpackRegistry } from './unpackRegistry.ts';

/** More than are written. */
const MAX_MOMENTS = 1000;

/** A machine's past, and what was undone: read when one goes there. Throws KeepError. */
export function unpackTimeline(
  { moments, position }: PackedTimeline,
  present: MachineState,
  registry: RegistryStore,
  unpacking: Unpacking,
): Timeline<MachineState> {
  if (moments.length > MAX_MOMENTS) throw new KeepError('corrupt', '', 'its timeline is too long');
  const now = moments[position];
  if (!now || moments.some(({ part }, index) => (part === undefined) !== (index === position)))
    throw new KeepError('corrupt', '', 'its timeline has no present');
  return new Timeline(
    moments.map(({ title, atSec, part }): Moment<MachineState> => ({
      title,
      atSec,
      state: part === undefined ? present : momentAtRest(part, registry, unpacking),
    })),
    position,
  );
}

function momentAtRest(name: string, registry: RegistryStore, unpacking: Unpacking): StateAtRest<MachineState> {
  const document = async () => {
    const plain = decodeDocument(await readPart(unpacking.parts, name), name);
    requireShape(plain, MOMENT, name);
    return plain as unknown as PackedMoment;
  };
  const state: StateAtRest<MachineState> = new StateAtRest(
    () =>
      asKeepErrors(async () => {
        const packed = await document();
        return {
          ...(await unpackHost(packed, unpacking)),
          others: await unpackOthers(packed.others, unpacking),
          registry: await unpackRegistry(packed.registry, registry, unpacking),
        };
      }),
    async () => {
      const { parts: partNames, trees: treeNames } = await document();
      const parts = new Map<string, KeptPart>();
      for (const part of [...partNames, name]) parts.set(part, { open: () => openPart(unpacking.parts, part) });
      const trees = new Map<string, LayerColumns>();
      for (const tree of treeNames) {
        const columns = await unpacking.parts.tree(tree);
        if (columns) trees.set(tree, columns);
      }
      rememberMoment(state, { name, parts, trees });
    },
  );
  return state;
}
