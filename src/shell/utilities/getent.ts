import { decodeName } from '../../bytes/byteName.ts';
import { readFile } from '../kernel/calls.ts';
import type { Process } from '../kernel/process.ts';
import { isErrno } from './failure.ts';
import { UsageError } from './options.ts';
import { utility } from './utility.ts';

const FILES: Readonly<Record<string, string>> = {
  passwd: '/etc/passwd',
  group: '/etc/group',
  shadow: '/etc/shadow',
  gshadow: '/etc/gshadow',
  hosts: '/etc/hosts',
  ahosts: '/etc/hosts',
  networks: '/etc/networks',
  protocols: '/etc/protocols',
  services: '/etc/services',
};
const UNKNOWN_DATABASE = 1;
const NOT_FOUND = 2;

export const getent = utility(
  {
    options: { noIdn: '-i --no-idn' },
    notSimulated: '-s --service=CONFIG',
    usage: '[OPTION...] database [key ...]',
    version: '(Debian GLIBC 2.36) 2.36',
  },
  async (process, options) => {
    const [database, ...keys] = options.operands;
    if (database === undefined) throw new UsageError('operand', 'wrong number of arguments');
    const path = Object.hasOwn(FILES, database) ? FILES[database] : undefined;
    if (path === undefined) {
      await process.write(2, `Unknown database: ${database}\n`);
      await process.print("Try `getent --help' or `getent --usage' for more information.\n");
      return UNKNOWN_DATABASE;
    }
    const lines = await linesOf(process, path);
    const isHosts = database === 'hosts' || database === 'ahosts';
    if (keys.length === 0) {
      await process.print(lines.map((line) => `${isHosts ? hostLine(line) : line}\n`).join(''));
      return 0;
    }
    let status = 0;
    for (const key of keys) {
      const found = isHosts ? findHost(process, lines, key) : lines.find((line) => fits(line, key, path));
      if (found === undefined) status = NOT_FOUND;
      else await process.print(`${found}\n`);
    }
    return status;
  },
);

async function linesOf(process: Process, path: string): Promise<string[]> {
  try {
    const text = decodeName(await readFile(process, path));
    return text.split('\n').flatMap((line) => {
      const bare = path.startsWith('/etc/pass') ? line : line.replace(/\s*#.*/, '');
      return bare.trim() === '' ? [] : [bare];
    });
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'EACCES')) return [];
    throw error;
  }
}

/** By name, or by number where there is one. */
function fits(line: string, key: string, path: string): boolean {
  const fields = /passwd|group|shadow/.test(path) ? line.split(':') : line.split(/\s+/);
  if (fields[0] === key) return true;
  return /passwd$|\/group$/.test(path)
    ? /^\d+$/.test(key) && fields[2] === key
    : fields.slice(1).some((field) => field.split('/')[0] === key);
}

function hostLine(line: string): string {
  const [address = '', ...names] = line.split(/\s+/);
  return `${address.padEnd(15)} ${names.join(' ')}`;
}

/** /etc/hosts before the lab's names. */
function findHost(process: Process, lines: readonly string[], key: string): string | undefined {
  const line = lines.find((one) => one.split(/\s+/).includes(key));
  if (line !== undefined) return hostLine(line);
  const { kernel, namespaces } = process;
  const address = kernel.network.resolve(key, namespaces.network.host);
  return address === undefined ? undefined : `${address.padEnd(15)} ${key}`;
}
