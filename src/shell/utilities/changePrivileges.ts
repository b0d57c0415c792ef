import type { Process } from '../kernel/process.ts';
import { type Privileges, privilegesOf, withPrivileges } from '../kernel/processCredentials.ts';

/** Gives a process other privileges; those that are not named stay. */
export function changePrivileges(process: Process, fields: Partial<Privileges>): undefined {
  process.credentials = withPrivileges(process.credentials, { ...privilegesOf(process.credentials), ...fields });
}
