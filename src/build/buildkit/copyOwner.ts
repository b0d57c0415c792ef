import type { OverlayMount } from '../../vfs/overlay/overlayMount.ts';
import { accountLine } from '../accountLine.ts';
import type { Owner } from '../classic/mountFiles.ts';

const UID_COLUMN = 2;
const GID_COLUMN = 3;
const MAX_ID = 2 ** 31 - 1;

/** `USER[:GROUP]` as BuildKit reads it (solver/llbsolver/ops, readUser): a number alone is both, a name has the group
 *  that passwd gives it; names that the tree does not know are root's, and nothing is said. */
export async function copyOwner(mount: OverlayMount, spec: string): Promise<Owner> {
  const colon = spec.indexOf(':');
  const user = colon < 0 ? spec : spec.slice(0, colon);
  const group = colon < 0 ? undefined : spec.slice(colon + 1);
  const id = numberOf(user);
  const line = id === undefined ? await accountLine(mount, '/etc/passwd', user) : undefined;
  const owner = id === undefined ? ownerIn(line) : { uid: id, gid: id };
  if (group === undefined) return owner;
  const gid = numberOf(group) ?? columnOf(await accountLine(mount, '/etc/group', group), UID_COLUMN);
  return { uid: owner.uid, gid: gid ?? owner.gid };
}

function ownerIn(line: readonly string[] | undefined): Owner {
  return { uid: columnOf(line, UID_COLUMN) ?? 0, gid: columnOf(line, GID_COLUMN) ?? 0 };
}

function columnOf(line: readonly string[] | undefined, column: number): number | undefined {
  return line && (numberOf(line[column] ?? '') ?? 0);
}

/** An empty word is the number 0. */
function numberOf(text: string): number | undefined {
  if (text === '' || text === 'root') return 0;
  const value = /^[+-]?\d+$/.test(text) ? Number(text) : undefined;
  return value !== undefined && value >= 0 && value <= MAX_ID ? value : undefined;
}
