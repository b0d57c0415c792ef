import { RegistryStore } from '../../registry/simulated/registryStore.ts';
import type { MachineState } from '../machine.ts';
import { decodeDocument } from './document.ts';
import { HEAD } from './headShape.ts';
import { KeepError } from './keepError.ts';
import { KEPT_VERSION, READABLE_VERSIONS } from './keptMachine.ts';
import { unpackEvents } from './packEvents.ts';
import type { MachineAtRest, PackedHead } from './packMachine.ts';
import { requireShape } from './shape.ts';
import { asKeepErrors, type Unpacking, unpackHost, unpackOthers } from './unpackHost.ts';
import { unpackTimeline } from './unpackMoments.ts';
import { unpackRegistry } from './unpackRegistry.ts';

/** A machine out of what was kept. Contents and layers are referred to, and read when they are asked for; so is its past.
 *  Throws KeepError. */
export async function unpackMachine(headBytes: Uint8Array, unpacking: Unpacking): Promise<MachineAtRest> {
  const plain = decodeDocument(headBytes, '');
  requireShape(plain, { fields: { version: 'number' } }, '');
  const head = plain as unknown as PackedHead;
  if (!READABLE_VERSIONS.includes(head.version))
    throw new KeepError('version', '', `the machine was kept by version ${head.version}, not ${KEPT_VERSION}`);
  requireShape(plain, HEAD, '');
  return asKeepErrors(async () => {
    const registry = new RegistryStore();
    const host = await unpackHost(head, unpacking);
    registry.restore(await unpackRegistry(head.registry, registry, unpacking));
    const others = await unpackOthers(head.others ?? [], unpacking);
    const state: MachineState = { ...host, others, registry: registry.snapshot() };
    const { vintage, programs } = head;
    return {
      vintage,
      state,
      registry,
      timeline: head.timeline && unpackTimeline(head.timeline, state, registry, unpacking),
      events: new Map((head.events ?? []).map(([name, events]) => [name, unpackEvents(events)])),
      programs,
    };
  });
}
