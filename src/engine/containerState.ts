import type { ContainerRecord, ContainerState } from './containerRecord.ts';
import type { EngineCore } from './engineCore.ts';
import { withEntry } from './engineState.ts';

/** Changes a container's record as it is now. Undefined where it is gone. */
export function changeContainer(
  core: EngineCore,
  id: string,
  change: (record: ContainerRecord) => ContainerRecord,
): ContainerRecord | undefined {
  const record = core.state.containers.get(id);
  if (!record) return undefined;
  const changed = change(record);
  core.update({ containers: withEntry(core.state.containers, id, changed) });
  return changed;
}

export function changeState(
  core: EngineCore,
  id: string,
  change: Partial<ContainerState>,
): ContainerRecord | undefined {
  return changeContainer(core, id, (record) => ({ ...record, state: { ...record.state, ...change } }));
}
