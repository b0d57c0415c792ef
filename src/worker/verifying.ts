import { verifyArchive } from '../archive/verifyArchive.ts';
import type { CallWork } from './calls.ts';
import { toFault } from './faults.ts';
import type { VerifyRow } from './protocol.ts';
import { repairOrder } from './reordering.ts';
import type { Session } from './session.ts';

/** `ExplorerService.verify`: each row is also told as soon as it is known. */
export async function verify(session: Session, archiveId: string, work: CallWork): Promise<readonly VerifyRow[]> {
  const opened = session.archive(archiveId);
  const rows: VerifyRow[] = [];
  for await (const { fault, ...told } of verifyArchive(await opened.contents(), work)) {
    work.signal.throwIfAborted();
    const row: VerifyRow = { ...told, fault: fault && toFault(fault, opened.facts.fileName) };
    rows.push(row);
    session.emit({ type: 'layerVerified', archiveId, row });
  }
  await repairOrder(session, opened, rows, work);
  return rows;
}
