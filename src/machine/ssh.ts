import { connectTo } from '../shell/kernel/hostLookup.ts';
import type { NetworkService } from '../shell/kernel/network.ts';
import type { Process } from '../shell/kernel/process.ts';
import type { Program } from '../shell/kernel/program.ts';
import { RAW } from '../shell/kernel/pty.ts';
import { VfsError } from '../vfs/vfsError.ts';

const SSH_PORT = 22;
const FAILED = 255;
const USAGE = `usage: ssh [-46AaCfGgKkMNnqsTtVvXxYy] [-i identity_file] [-l login_name]
           [-o option] [-p port] destination [command [argument ...]]
`;
/** Letters that change nothing between hosts of a lab; those that take a value. */
const FLAGS = /^[46AaCKkqTtVvXxYy]+$/;
const WITH_VALUE = new Set(['i', 'o', 'l', 'p', 'F', 'E', 'b', 'c', 'm']);

interface SshCall {
  readonly user: string;
  readonly host: string;
  readonly port: number;
  readonly command: string | undefined;
}

/** ssh(1) between the hosts of a lab. Keys and passwords are not asked for. */
export const ssh: Program = async (process) => {
  const call = readCall(process.argv.slice(1));
  if (!call) {
    await process.write(2, USAGE);
    return FAILED;
  }
  const service = await connect(process, call);
  if (!service?.ssh) return FAILED;
  const stdin = process.file(0);
  const terminal = call.command === undefined ? stdin.terminal : undefined;
  if (call.command === undefined && !terminal)
    await process.write(2, 'Pseudo-terminal will not be allocated because stdin is not a terminal.\n');
  const cooked = terminal && { ...terminal.mode };
  if (terminal) terminal.mode = { ...RAW };
  try {
    const session = service.ssh({
      user: call.user,
      // Without a terminal the login shell reads its commands from the input.
      command: call.command ?? (terminal ? undefined : 'exec bash -s'),
      stdin,
      stdout: process.file(1),
      stderr: process.file(2),
      signal: process.signal,
    });
    const status = await process.waitFor(session);
    if (terminal) await process.write(2, `Connection to ${call.host} closed.\n`);
    return status;
  } finally {
    if (terminal && cooked) terminal.mode = cooked;
  }
};

async function connect(process: Process, { host, port }: SshCall): Promise<NetworkService | undefined> {
  try {
    const { service } = await connectTo(process, host, port);
    if (service.ssh) return service;
    await process.write(2, `kex_exchange_identification: Connection closed by remote host\n`);
  } catch (error) {
    if (!(error instanceof VfsError)) throw error;
    const why =
      error.code === 'ENOENT'
        ? `Could not resolve hostname ${host}: Name or service not known`
        : `connect to host ${host} port ${port}: Connection refused`;
    await process.write(2, `ssh: ${why}\n`);
  }
  return undefined;
}

/** Undefined for what ssh does not take. */
function readCall(words: readonly string[]): SshCall | undefined {
  let user = 'root';
  let port = SSH_PORT;
  let at = 0;
  for (; words[at]?.startsWith('-') && words[at] !== '--'; at++) {
    const word = words[at] as string;
    const letter = word[1] ?? '';
    if (!WITH_VALUE.has(letter)) {
      if (FLAGS.test(word.slice(1))) continue;
      return undefined;
    }
    const value = word.length > 2 ? word.slice(2) : words[++at];
    if (value === undefined) return undefined;
    if (letter === 'l') user = value;
    if (letter === 'p') port = Number(value);
  }
  if (words[at] === '--') at++;
  const destination = words[at]?.replace(/^ssh:\/\//, '');
  if (!destination || !Number.isInteger(port)) return undefined;
  const sign = destination.lastIndexOf('@');
  const rest = words.slice(at + 1);
  return {
    user: sign < 0 ? user : destination.slice(0, sign),
    host: destination.slice(sign + 1),
    port,
    command: rest.length > 0 ? rest.join(' ') : undefined,
  };
}
