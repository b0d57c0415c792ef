import type { OverlayMount } from '../../vfs/overlay/overlayMount.ts';
import { accountLine } from '../accountLine.ts';
import { BuildError } from '../buildError.ts';
import type { Owner } from './mountFiles.ts';

const CANNOT = 'unable to convert uid/gid chown string to host mapping: ';

/** `--chown=USER[:GROUP]`, names as the image's own passwd and group have them (moby builder/dockerfile,
 *  parseChownFlag). Throws BuildError with the daemon's words. */
export async function ownerOf(mount: OverlayMount, chown: string): Promise<Owner> {
  const [user = '', group, ...rest] = chown.split(':');
  if (rest.length > 0) throw new BuildError('instruction', `${CANNOT}invalid chown string format: ${chown}`);
  const wantedGroup = group ?? user;
  const uid = numberOf(user) ?? (await lookUp(mount, '/etc/passwd', user));
  if (uid === undefined)
    throw new BuildError('instruction', `${CANNOT}can't find uid for user ${user}: no such user: ${user}`);
  const gid = numberOf(wantedGroup) ?? (await lookUp(mount, '/etc/group', wantedGroup));
  if (gid === undefined)
    throw new BuildError(
      'instruction',
      `${CANNOT}can't find gid for group ${wantedGroup}: no such group: ${wantedGroup}`,
    );
  return { uid, gid };
}

function numberOf(text: string): number | undefined {
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

/** The third column of the line that the name begins. */
async function lookUp(mount: OverlayMount, path: string, name: string): Promise<number | undefined> {
  return numberOf((await accountLine(mount, path, name))?.[2] ?? '');
}
