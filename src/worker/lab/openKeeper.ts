import type { Host } from '../host.ts';
import type { LabEvent, NotKeptReason } from './labProtocol.ts';
import { MachineKeeper } from './machineKeeper.ts';
import type { OpenedStore } from './openStore.ts';

/** What keeps this page's machine; undefined where it cannot be kept, which is told. */
export function openKeeper(
  opened: OpenedStore,
  { platform, openBlob }: Host,
  emit: (event: LabEvent) => void,
): MachineKeeper | undefined {
  const tell = (notKept: NotKeptReason | undefined) => emit({ type: 'keeping', notKept });
  if ('notKept' in opened) {
    tell(opened.notKept);
    return undefined;
  }
  return new MachineKeeper({
    ...opened,
    platform,
    openBlob,
    onFault: (fault) => tell(fault && (fault.code === 'quota' ? 'quota' : 'failed')),
  });
}
