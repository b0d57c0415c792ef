import { decodeName } from '../../bytes/byteName.ts';
import type { Process } from '../kernel/process.ts';
import { readTable, today, writeTable } from './accountFiles.ts';
import { readAccounts } from './accounts.ts';
import { utility } from './utility.ts';

/** Nobody logs in by password here: what is kept is a salted digest that says that it is none of crypt(3)'s. */
async function secretOf(process: Process, password: string): Promise<string> {
  const salt = [...process.kernel.random(8)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(salt + password));
  const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `$simulated$${salt}$${hex}`;
}

async function setSecret(process: Process, name: string, secret: string): Promise<boolean> {
  const shadow = await readTable(process, 'shadow');
  const table = shadow.isThere ? shadow : await readTable(process, 'passwd');
  const line = table.line(name);
  if (!line) return false;
  line[1] = secret;
  if (shadow.isThere) line[2] = String(today(process));
  await writeTable(process, table);
  return true;
}

export const chpasswd = utility(
  {
    options: { encrypted: '-e --encrypted' },
    notSimulated: '-c --crypt-method=METHOD -s --sha-rounds=ROUNDS -m --md5 -R --root=CHROOT_DIR',
    usage: '[options]',
  },
  async (process, options) => {
    if (process.credentials.uid !== 0) {
      await process.complain('Permission denied.');
      return 1;
    }
    let status = 0;
    const lines = decodeName(await process.readAll(0)).split('\n');
    for (const [index, line] of lines.entries()) {
      if (line === '') continue;
      const colon = line.indexOf(':');
      const fail = async (why: string) => {
        await process.complain(`line ${index + 1}: ${why}`);
        status = 1;
      };
      if (colon < 0) {
        await fail('missing new password');
        continue;
      }
      const name = line.slice(0, colon);
      const password = line.slice(colon + 1);
      const secret = options.has('encrypted') ? password : await secretOf(process, password);
      if (!(await setSecret(process, name, secret))) await fail(`user '${name}' does not exist`);
      else if (process.flavour === 'busybox') await process.print(`chpasswd: password for '${name}' changed\n`);
    }
    return status;
  },
);

export const passwd = utility(
  {
    options: {
      delete: '-d --delete',
      expire: '-e --expire',
      lock: '-l --lock',
      unlock: '-u --unlock',
      status: '-S --status',
      quiet: '-q --quiet',
    },
    notSimulated:
      '-a --all -i --inactive=DAYS -k --keep-tokens -n --mindays=DAYS -r --repository=NAME -R --root=DIR -w --warndays=DAYS -x --maxdays=DAYS',
    usage: '[options] [LOGIN]',
  },
  async (process, options) => {
    const accounts = await readAccounts(process);
    const own = accounts.userName(process.credentials.uid);
    const name = options.operands[0] ?? own;
    if (name === undefined || !accounts.user(name)) {
      await process.complain(`user '${name ?? process.credentials.uid}' does not exist`);
      return 1;
    }
    if (process.credentials.uid !== 0 && name !== own) {
      await process.complain(`You may not view or modify password information for ${name}.`);
      return 1;
    }
    const shadow = await readTable(process, 'shadow');
    const secret = shadow.line(name)?.[1] ?? '';
    const action = options.last('delete', 'lock', 'unlock', 'expire', 'status');
    switch (action) {
      case 'status': {
        const state = secret === '' ? 'NP' : /^[!*]/.test(secret) ? 'L' : 'P';
        const day = Number(shadow.line(name)?.[2] ?? 0);
        await process.print(`${name} ${state} ${new Date(day * 86_400_000).toISOString().slice(0, 10)} 0 99999 7 -1\n`);
        return 0;
      }
      case 'delete':
        await setSecret(process, name, '');
        break;
      case 'lock':
        await setSecret(process, name, secret.startsWith('!') ? secret : `!${secret}`);
        break;
      case 'unlock':
        await setSecret(process, name, secret.replace(/^!/, ''));
        break;
      case 'expire': {
        const line = shadow.line(name);
        if (line) line[2] = '0';
        if (shadow.isThere) await writeTable(process, shadow);
        break;
      }
      default:
        return askPassword(process, name);
    }
    if (!options.has('quiet') && process.flavour === 'gnu')
      await process.print('passwd: password expiry information changed.\n');
    return 0;
  },
);

async function askPassword(process: Process, name: string): Promise<number> {
  await process.write(2, 'New password: ');
  const first = await readHidden(process);
  await process.write(2, '\nRetype new password: ');
  const second = await readHidden(process);
  await process.write(2, '\n');
  if (first === undefined || first === '') {
    await process.write(2, 'No password has been supplied.\n');
    return manipulationError(process);
  }
  if (first !== second) {
    await process.write(2, 'Sorry, passwords do not match.\n');
    return manipulationError(process);
  }
  await setSecret(process, name, await secretOf(process, first));
  await process.print('passwd: password updated successfully\n');
  return 0;
}

async function manipulationError(process: Process): Promise<number> {
  await process.write(2, 'passwd: Authentication token manipulation error\npasswd: password unchanged\n');
  return 10;
}

const MAX_PASSWORD_BYTES = 512;

/** A line of standard input; a terminal does not show it. */
async function readHidden(process: Process): Promise<string | undefined> {
  const terminal = process.files.get(0)?.terminal;
  const echoed = terminal?.mode.echo;
  if (terminal) terminal.mode = { ...terminal.mode, echo: false };
  try {
    const bytes: number[] = [];
    for (;;) {
      const [byte] = await process.read(0, 1);
      if (byte === undefined) return bytes.length > 0 ? decodeName(Uint8Array.from(bytes)) : undefined;
      if (byte === 0x0a) return decodeName(Uint8Array.from(bytes));
      if (bytes.length < MAX_PASSWORD_BYTES) bytes.push(byte);
    }
  } finally {
    if (terminal && echoed !== undefined) terminal.mode = { ...terminal.mode, echo: echoed };
  }
}
