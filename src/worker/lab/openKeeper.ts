import { openIndexedDbKeyValues } from '../../persistence/indexedDbKeyValues.ts';
import { machineStore } from '../../persistence/machineStore.ts';
import { PersistenceError } from '../../persistence/persistenceError.ts';
import type { Host } from '../host.ts';
import type { LabEvent, NotKeptReason } from './labProtocol.ts';
import { MachineKeeper } from './machineKeeper.ts';
import { lockMachine } from './machineLock.ts';

const DATABASE = 'palimpsest-machine';

/** What keeps this page's machine; undefined where it cannot be kept, which is told. */
export async function openKeeper(
  { platform, openBlob }: Host,
  emit: (event: LabEvent) => void,
): Promise<MachineKeeper | undefined> {
  const tell = (notKept: NotKeptReason | undefined) => emit({ type: 'keeping', notKept });
  if (typeof indexedDB === 'undefined') {
    tell('noStorage');
    return undefined;
  }
  if (!(await lockMachine())) {
    tell('taken');
    return undefined;
  }
  try {
    const { keyValues } = await openIndexedDbKeyValues(DATABASE);
    return new MachineKeeper({
      store: machineStore(keyValues),
      platform,
      openBlob,
      onFault: (fault) => tell(fault && (fault.code === 'quota' ? 'quota' : 'failed')),
    });
  } catch (error) {
    if (!(error instanceof PersistenceError)) throw error;
    tell('noStorage');
    return undefined;
  }
}
