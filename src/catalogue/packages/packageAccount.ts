import { decodeName } from '../../bytes/byteName.ts';
import * as calls from '../../shell/kernel/calls.ts';
import type { Process } from '../../shell/kernel/process.ts';
import { VfsError } from '../../vfs/vfsError.ts';

/** Ids that packages' own users may take (`adduser -S`). */
const SYSTEM_IDS = { first: 100, last: 999 } as const;

/** A user of a package and its group, as its script adds them: `NAME:UID:GID:HOME`. Other ids where those are taken. */
export async function addAccount(process: Process, told: string): Promise<void> {
  const [name = '', uid = '', gid = '', home = '/'] = told.split(':');
  const passwd = await readLines(process, '/etc/passwd');
  const group = await readLines(process, '/etc/group');
  const known = group.find((line) => line.startsWith(`${name}:`));
  const groupId = known === undefined ? freeId(group, Number(gid)) : Number(known.split(':')[2]);
  if (known === undefined) await append(process, '/etc/group', `${name}:x:${groupId}:${name}\n`);
  if (passwd.some((line) => line.startsWith(`${name}:`))) return;
  const userId = freeId(passwd, Number(uid));
  await append(process, '/etc/passwd', `${name}:x:${userId}:${groupId}:${name}:${home}:/sbin/nologin\n`);
  const days = Math.floor(process.kernel.clock.now().sec / 86_400);
  await append(process, '/etc/shadow', `${name}:!:${days}:0:99999:7:::\n`);
}

function freeId(lines: readonly string[], wanted: number): number {
  const taken = new Set(lines.map((line) => Number(line.split(':')[2])));
  if (!taken.has(wanted)) return wanted;
  for (let id: number = SYSTEM_IDS.first; id <= SYSTEM_IDS.last; id++) if (!taken.has(id)) return id;
  return wanted;
}

async function readLines(process: Process, path: string): Promise<readonly string[]> {
  return (await readText(process, path)).split('\n').filter((line) => line !== '');
}

async function readText(process: Process, path: string): Promise<string> {
  try {
    return decodeName(await calls.readFile(process, path));
  } catch (error) {
    if (error instanceof VfsError && error.code === 'ENOENT') return '';
    throw error;
  }
}

async function append(process: Process, path: string, line: string): Promise<void> {
  const before = await readText(process, path);
  await calls.writeFile(process, path, `${before}${before === '' || before.endsWith('\n') ? '' : '\n'}${line}`);
}
