import {
  ALL_CAPABILITIES,
  bitOf,
  CAPABILITY_NAMES,
  capabilityHex,
  type CapabilitySet,
  capabilityNumber,
  notPermitted,
} from '../kernel/capabilities.ts';
import type { Process } from '../kernel/process.ts';
import { becoming, type Privileges, privilegesOf } from '../kernel/processCredentials.ts';
import { type Accounts, readAccounts } from './accounts.ts';
import { capabilityText, nameList, parseCapabilities } from './capabilityText.ts';
import { changePrivileges } from './changePrivileges.ts';
import { causeOf } from './failure.ts';
import { becomeCommand, cannotRunStatus } from './launch.ts';
import { seenProcesses } from './processTable.ts';

const SHELL = '/bin/bash';

/** What a command line of capsh is gone through with. */
interface Call {
  readonly process: Process;
  readonly accounts: Accounts;
  keepsCapabilities: boolean;
}

/** capsh(1) of libcap 2.66: does what its arguments say, one after the other. */
export async function capsh(process: Process): Promise<number> {
  const call: Call = { process, accounts: await readAccounts(process), keepsCapabilities: false };
  const words = process.argv.slice(1);
  while (words.length > 0) {
    const word = words.shift() as string;
    if (word === '--' || word === '==') return runNext(process, word, words);
    const [, name = '', value] = /^--([a-z-]+)(?:=(.*))?$/s.exec(word) ?? [];
    const step = Object.hasOwn(STEPS, name) ? STEPS[name] : undefined;
    if (!step) return fail(process, `usage: capsh [args ...]\ncapsh: ${word}: not simulated, or not known\n`);
    const refusal = await step(call, value ?? '');
    if (refusal !== undefined) return fail(process, refusal);
  }
  return 0;
}

async function fail(process: Process, text: string): Promise<number> {
  await process.write(2, text);
  return 1;
}

async function runNext(process: Process, word: string, rest: readonly string[]): Promise<number> {
  const argv = word === '--' ? [SHELL, ...rest] : [process.argv[0] as string, ...rest];
  try {
    return await becomeCommand(process, argv);
  } catch (error) {
    await process.write(2, `execve ${argv[0]} failed!\n`);
    return cannotRunStatus(error);
  }
}

/** What it does, and what is told where that fails. */
type Step = (call: Call, value: string) => Promise<string | undefined> | string | undefined;

const STEPS: Readonly<Record<string, Step>> = {
  print: ({ process, accounts }) => printAll(process, accounts),
  current: async ({ process }) => {
    await process.print(`${currentLine(process)}${iabLine(process)}`);
    return undefined;
  },
  decode: async ({ process }, value) => {
    if (!/^(?:0x)?[0-9a-f]{1,16}$/i.test(value)) return `invalid value: ${value}\n`;
    const set = BigInt(`0x${value.replace(/^0x/i, '')}`);
    const unknown = [...Array(64).keys()].filter((n) => n >= CAPABILITY_NAMES.length && (set >> BigInt(n)) & 1n);
    const names = [nameList(set & ALL_CAPABILITIES), ...unknown].filter((text) => text !== '').join(',');
    await process.print(`0x${capabilityHex(set)}=${names}\n`);
    return undefined;
  },
  supports: (_, value) =>
    capabilityNumber(value) === undefined ? `cap[${value}] not recognized by library\n` : undefined,
  'has-p': has('permitted', 'permitted'),
  'has-i': has('inheritable', 'inheritable'),
  'has-b': has('bounding', 'in bounding set'),
  'has-a': has('ambient', 'in ambient vector'),
  'has-no-new-privs': ({ process }) =>
    privilegesOf(process.credentials).gainsNothing ? undefined : 'no-new-privs=0\n',
  'no-new-privs': ({ process }) => changePrivileges(process, { gainsNothing: true }),
  noamb: ({ process }) => changePrivileges(process, { ambient: 0n }),
  drop: ({ process }, value) => drop(process, value),
  caps: ({ process }, value) => setCapabilities(process, value),
  inh: ({ process }, value) => {
    const set = setOf(value);
    return set === undefined
      ? `Unable to set inheritable capabilities: Invalid argument\n`
      : changePrivileges(process, { inheritable: set });
  },
  addamb: ({ process }, value) => raiseAmbient(process, value),
  keep: (call, value) => {
    call.keepsCapabilities = value === '1';
    return undefined;
  },
  user: (call, value) => {
    const user = call.accounts.user(value);
    if (!user) return `User [${value}] not known\n`;
    return become(call, { uid: user.uid, gid: user.gid, groups: call.accounts.groupsOf(user.name, user.gid) });
  },
  uid: (call, value) => become(call, { uid: Number(value), gid: call.process.credentials.gid }),
  gid: (call, value) => become(call, { uid: call.process.credentials.uid, gid: Number(value) }),
  'is-uid': ({ process }, value) =>
    Number(value) === process.realUid ? undefined : `uid: got=${process.realUid}, want=${value}\n`,
};

function has(field: Exclude<keyof Privileges, 'gainsNothing'>, words: string): Step {
  return ({ process }, value) => {
    const set = setOf(value);
    if (set === undefined) return `cap[${value}] not recognized by library\n`;
    return (privilegesOf(process.credentials)[field] & set) === set ? undefined : `cap[${value}] not ${words}\n`;
  };
}

function setOf(text: string): CapabilitySet | undefined {
  if (text === '') return 0n;
  return parseCapabilities(`${text}=p`)?.permitted;
}

function drop(process: Process, value: string): string | undefined {
  const set = value === 'all' ? ALL_CAPABILITIES : setOf(value);
  if (set === undefined) return `capability [${value}] is unknown to libcap\n`;
  if (!process.can('SETPCAP')) return `Unable to drop bounding capability [${value}]: Operation not permitted\n`;
  return changePrivileges(process, { bounding: privilegesOf(process.credentials).bounding & ~set });
}

function setCapabilities(process: Process, value: string): string | undefined {
  const wanted = parseCapabilities(value);
  if (!wanted) return `unable to interpret [--caps=${value}]\n`;
  const { permitted } = privilegesOf(process.credentials);
  if ((wanted.permitted & ~permitted) !== 0n || (wanted.effective & ~wanted.permitted) !== 0n)
    return `Unable to set capabilities [${value}]\n`;
  return changePrivileges(process, wanted);
}

/** Only what is permitted and inheritable (prctl(2), PR_CAP_AMBIENT_RAISE). */
function raiseAmbient(process: Process, value: string): string | undefined {
  const set = setOf(value);
  const { permitted, inheritable, ambient } = privilegesOf(process.credentials);
  if (set === undefined || (set & ~(permitted & inheritable)) !== 0n) return `failed to raise ambient [${value}]\n`;
  return changePrivileges(process, { ambient: ambient | set });
}

function become(
  { process, keepsCapabilities }: Call,
  identity: { readonly uid: number; readonly gid: number; readonly groups?: readonly number[] },
): string | undefined {
  try {
    if (!Number.isInteger(identity.uid) || !Number.isInteger(identity.gid)) throw notPermitted('setuid');
    process.credentials = becoming(process.credentials, identity, keepsCapabilities ? 'permitted' : 'nothing');
    return undefined;
  } catch (error) {
    return `Unable to become uid ${identity.uid}: ${causeOf(error)}\n`;
  }
}

function currentLine(process: Process): string {
  return `Current: ${capabilityText(privilegesOf(process.credentials))}\n`;
}

/** Inheritable, ambient and bounding ones together (cap_iab(3)). */
function iabLine(process: Process): string {
  const { inheritable, ambient, bounding } = privilegesOf(process.credentials);
  const words = CAPABILITY_NAMES.flatMap((name) => {
    const bit = bitOf(name);
    const blocked = (bounding & bit) === 0n ? '!' : '';
    const mark = (ambient & bit) !== 0n ? '^' : (inheritable & bit) !== 0n ? (blocked ? '%' : '') : undefined;
    return mark === undefined && blocked === '' ? [] : [`${blocked}${mark ?? ''}cap_${name.toLowerCase()}`];
  });
  return `Current IAB: ${words.join(',')}\n`;
}

async function printAll(process: Process, accounts: Accounts): Promise<undefined> {
  const { bounding, ambient, permitted, inheritable, gainsNothing } = privilegesOf(process.credentials);
  const { uid, gid, groups } = process.credentials;
  const user = (id: number) => `${id}(${accounts.userName(id) ?? '???'})`;
  const group = (id: number) => `${id}(${accounts.groupName(id) ?? '???'})`;
  await process.print(
    [
      currentLine(process),
      `Bounding set =${nameList(bounding)}\n`,
      `Ambient set =${nameList(ambient)}\n`,
      iabLine(process),
      `Securebits: 00/0x0/1'b0 (no-new-privs=${gainsNothing ? 1 : 0})\n`,
      ' secure-noroot: no (unlocked)\n',
      ' secure-no-suid-fixup: no (unlocked)\n',
      ' secure-keep-caps: no (unlocked)\n',
      ' secure-no-ambient-raise: no (unlocked)\n',
      `uid=${user(process.realUid)} euid=${user(uid)}\n`,
      `gid=${group(gid)}\n`,
      `groups=${groups.map(group).join(',')}\n`,
      `Guessed mode: ${inheritable === 0n && permitted === ALL_CAPABILITIES ? 'UNCERTAIN (0)' : 'HYBRID (4)'}\n`,
    ].join(''),
  );
}

/** getpcaps(8) of libcap 2.66. */
export async function getpcaps(process: Process): Promise<number> {
  let status = 0;
  for (const word of process.argv.slice(1)) {
    const seen = seenProcesses(process).find(({ pid }) => String(pid) === word);
    if (seen) await process.print(`${word}: ${capabilityText(privilegesOf(seen.process.credentials))}\n`);
    else {
      await process.write(2, `Failed to get cap's for process ${word}: (No such process)\n`);
      status = 1;
    }
  }
  if (process.argv.length > 1) return status;
  await process.write(2, 'usage: getcaps [opts] <pid> [<pid> ...]\n');
  return 1;
}
