import type { Process } from '../../shell/kernel/process.ts';
import { becoming, type Identity } from '../../shell/kernel/processCredentials.ts';
import type { Program } from '../../shell/kernel/program.ts';
import { readAccounts } from '../../shell/utilities/accounts.ts';
import { becomeCommand } from '../../shell/utilities/launch.ts';
import { VfsError } from '../../vfs/vfsError.ts';

/** gosu and su-exec: `NAME USER[:GROUP] COMMAND…` becomes that command as that user. */
export const stepDown: Program = async (process) => {
  const [, whom, ...command] = process.argv;
  if (process.name === 'gosu' && (whom === '--version' || whom === '-v')) {
    await process.print('1.16 (go1.18.2 on linux/amd64; gc)\n');
    return 0;
  }
  if (whom === undefined || command.length === 0) {
    const usage = `Usage: ${process.name} user-spec command [args]\n`;
    await process.write(process.name === 'gosu' ? 1 : 2, usage);
    return 1;
  }
  const found = await userOf(process, whom);
  if (!found) {
    await process.write(
      2,
      `error: failed switching to "${whom}": unable to find user ${whom.split(':')[0]}: no matching entries in passwd file\n`,
    );
    return 1;
  }
  try {
    process.credentials = becoming(process.credentials, found.identity);
  } catch (error) {
    if (!(error instanceof VfsError)) throw error;
    await process.write(2, `error: failed switching to "${whom}": operation not permitted\n`);
    return 1;
  }
  process.setEnv('HOME', found.home);
  try {
    return await becomeCommand(process, command);
  } catch (error) {
    if (!(error instanceof VfsError) || error.code !== 'ENOENT') throw error;
    await process.write(2, `error: exec: "${command[0]}": executable file not found in $PATH\n`);
    return 1;
  }
};

async function userOf(
  process: Process,
  whom: string,
): Promise<{ readonly identity: Identity; readonly home: string } | undefined> {
  const [name = '', groupName] = whom.split(':');
  const accounts = await readAccounts(process);
  const idOf = (text: string) => (/^\d{1,9}$/.test(text) ? Number(text) : undefined);
  const user = accounts.user(name);
  const uid = user?.uid ?? idOf(name);
  if (uid === undefined) return undefined;
  const gid = groupName === undefined ? (user?.gid ?? 0) : (accounts.group(groupName)?.gid ?? idOf(groupName));
  if (gid === undefined) return undefined;
  const groups =
    groupName === undefined
      ? accounts.groups.filter(({ members }) => members.includes(name)).map((one) => one.gid)
      : [];
  return { identity: { uid, gid, groups }, home: user?.home ?? '/' };
}
