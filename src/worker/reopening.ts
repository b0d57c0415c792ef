import type { CallWork } from './calls.ts';
import { indexInBackground } from './indexing.ts';
import { gather } from './openContents.ts';
import type { ArchiveSummary, OpenInput } from './protocol.ts';
import { openIdentical } from './reviving.ts';
import type { Session } from './session.ts';

/** `ExplorerService.reopen`. */
export async function reopen(
  session: Session,
  archiveId: string,
  input: OpenInput,
  callId: string,
  work: CallWork,
): Promise<ArchiveSummary> {
  const opened = session.archive(archiveId);
  const contents = await gather(input, work);
  opened.setContents(await openIdentical(session, opened, contents, work));
  void indexInBackground(session, opened, callId);
  return opened.summary();
}
