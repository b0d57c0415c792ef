import * as calls from '../../shell/kernel/calls.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { type Client, ClientError, fileErrorText } from '../client.ts';

const MISSING = 'invalid empty ssh agent socket: make sure SSH_AUTH_SOCK is set';
/** The same as client 20.10 says it. */
export const MISSING_20_10 = 'invalid empty ssh agent socket, make sure SSH_AUTH_SOCK is set';

/** `--ssh default|ID[=SOCKET|KEY[,KEY]]`: no agent runs on the machine, and none is simulated. Throws ClientError, in
 *  BuildKit's words where there is no agent or no such file (session/sshforward/sshprovider). */
export function checkAgents(client: Client, given: readonly string[], words = MISSING): void {
  const [text] = given;
  if (text === undefined) return;
  const at = text.indexOf('=');
  const paths = at < 0 ? [client.environment('SSH_AUTH_SOCK')] : text.slice(at + 1).split(',');
  for (const path of paths) {
    if (path === '') throw new ClientError(words);
    try {
      calls.stat(client.process, path);
    } catch (error) {
      throw error instanceof VfsError ? new ClientError(fileErrorText(error, 'stat')) : error;
    }
  }
  throw new ClientError(`--ssh ${text}: handing keys to a build is not simulated`);
}
