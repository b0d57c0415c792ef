import type { Signature } from '../../git/commit.ts';
import { parseDate } from '../utilities/parseDate.ts';
import { zoneOf } from '../utilities/timeZone.ts';
import { readAccounts } from '../utilities/accounts.ts';
import type { Process } from '../kernel/process.ts';
import { fatal, GitFault } from './gitFault.ts';
import type { Repository } from './repository.ts';

type Role = 'author' | 'committer';

/** Who does it, from the environment and the settings (git-commit(1), "Commit information"). Throws GitFault for who
 *  has not said who he is. */
export async function identityOf(repository: Repository, role: Role, date?: string): Promise<Signature> {
  const { process, settings } = repository;
  const prefix = `GIT_${role.toUpperCase()}`;
  const email =
    process.env.get(`${prefix}_EMAIL`) ??
    settings.get(`${role}.email`) ??
    settings.get('user.email') ??
    process.env.get('EMAIL');
  const name = process.env.get(`${prefix}_NAME`) ?? settings.get(`${role}.name`) ?? settings.get('user.name');
  const account = (await readAccounts(process)).userById(process.credentials.uid);
  const real = name ?? account?.comment.split(',')[0] ?? '';
  if (email === undefined)
    throw unknownIdentity(role, 'email', `${account?.name ?? 'unknown'}@${hostOf(process)}.(none)`);
  if (real === '') throw unknownIdentity(role, 'name', email);
  const when = date ?? process.env.get(`${prefix}_DATE`);
  return { name: real, email, ...(when === undefined ? nowOf(process) : readDate(process, when)) };
}

function hostOf(process: Process): string {
  return process.namespaces.uts.hostname;
}

function unknownIdentity(role: Role, lacks: 'email' | 'name', found: string) {
  const who = role === 'author' ? 'Author' : 'Committer';
  const end =
    lacks === 'email'
      ? `fatal: unable to auto-detect email address (got '${found}')`
      : `fatal: empty ident name (for <${found}>) not allowed`;
  return new GitFault(
    'plain',
    `${who} identity unknown\n\n*** Please tell me who you are.\n\nRun\n\n  git config --global user.email "you@example.com"\n  git config --global user.name "Your Name"\n\nto set your account's default identity.\nOmit --global to set the identity only in this repository.\n\n${end}\n`,
    128,
  );
}

export function nowOf(process: Process): Pick<Signature, 'timeSec' | 'offsetMinutes'> {
  const { sec } = process.kernel.clock.now();
  return { timeSec: sec, offsetMinutes: Math.trunc(zoneOf(process).offsetSec(sec) / 60) };
}

/** `1700000000 +0100`, `@1700000000`, RFC 2822, ISO 8601, and what `date -d` takes. */
export function readDate(process: Process, text: string): Pick<Signature, 'timeSec' | 'offsetMinutes'> {
  const raw = /^@?(\d{5,}) *([+-])(\d\d)(\d\d)$/.exec(text.trim());
  const zone = /([+-])(\d\d):?(\d\d)$/.exec(text.trim());
  const offset = (match: RegExpExecArray, at: number) =>
    (match[at] === '-' ? -1 : 1) * (Number(match[at + 1]) * 60 + Number(match[at + 2]));
  if (raw) return { timeSec: Number(raw[1]), offsetMinutes: offset(raw, 2) };
  const plain = /^@?(\d{9,})$/.exec(text.trim());
  if (plain) return { ...nowOf(process), timeSec: Number(plain[1]) };
  const now = process.kernel.clock.now();
  const found = parseDate(text.replace('T', ' '), { now, zone: zoneOf(process) });
  if (!found) throw fatal(`invalid date format: ${text}`);
  const local = Math.trunc(zoneOf(process).offsetSec(found.sec) / 60);
  return { timeSec: found.sec, offsetMinutes: zone ? offset(zone, 1) : local };
}
