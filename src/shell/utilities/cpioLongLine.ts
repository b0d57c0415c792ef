import { isSymlink, S_IFBLK, S_IFCHR, S_IFMT } from '../../vfs/overlay/fileMode.ts';
import type { Accounts } from './accounts.ts';
import type { CpioEntry } from './cpioEntry.ts';
import { modeText, permissionText, typeLetter } from './modeText.ts';
import { localTime, strftime } from './strftime.ts';
import type { TimeZone } from './timeZone.ts';

/** Older times are shown with their year: half a year of average length. */
const RECENT_SEC = 31_556_952 / 2;
const HOUR_SEC = 3600;

/** A line of `cpio -tv`, as `ls -l` has it. */
export function cpioLongLine(
  entry: CpioEntry,
  target: string,
  form: { readonly accounts: Accounts | undefined; readonly zone: TimeZone; readonly nowSec: number },
): string {
  const { mode, uid, gid, mtimeSec } = entry;
  const user = (form.accounts?.userName(uid) ?? String(uid)).slice(0, 8).padEnd(8);
  const group = (form.accounts?.groupName(gid) ?? String(gid)).slice(0, 8).padEnd(8);
  const type = mode & S_IFMT;
  const isDevice = type === S_IFCHR || type === S_IFBLK;
  const size = isDevice
    ? `${String(entry.major).padStart(3)}, ${String(entry.minor).padStart(3)}`
    : String(entry.sizeBytes).padStart(8);
  const isOld = form.nowSec > mtimeSec + RECENT_SEC || form.nowSec < mtimeSec - HOUR_SEC;
  const time = strftime(isOld ? '%b %e  %Y' : '%b %e %H:%M', localTime({ sec: mtimeSec, nsec: 0 }, form.zone));
  const arrow = isSymlink(mode) ? ` -> ${target}` : '';
  return `${modeText(mode)} ${String(entry.linkCount).padStart(3)} ${user} ${group} ${size} ${time} ${entry.name}${arrow}\n`;
}

/** Busybox's: the line of its `tar -tv`. */
export function busyboxLongLine(entry: CpioEntry, target: string, zone: TimeZone): string {
  const { mode, uid, gid, mtimeSec } = entry;
  const time = strftime('%Y-%m-%d %H:%M:%S', localTime({ sec: mtimeSec, nsec: 0 }, zone));
  const size = isSymlink(mode) ? 0 : entry.sizeBytes;
  const arrow = isSymlink(mode) ? ` -> ${target}` : '';
  return `${typeLetter(mode)}${permissionText(mode)} ${uid}/${gid} ${String(size).padStart(9)} ${time} ${entry.name}${arrow}\n`;
}
