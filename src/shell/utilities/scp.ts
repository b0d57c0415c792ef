import { decodeName, encodeName } from '../../bytes/byteName.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { isDirectory, isRegular } from '../../vfs/overlay/fileMode.ts';
import { statIfThere } from '../kernel/calls.ts';
import type { OpenFile } from '../kernel/openFile.ts';
import type { Process } from '../kernel/process.ts';
import { exitCode } from '../kernel/waitStatus.ts';
import type { Program } from '../kernel/program.ts';
import { startCommand } from './launch.ts';
import { startPiped } from './startPiped.ts';
import type { ParsedOptions } from './options.ts';
import { type CopyChannel, type CopyForm, receiveFiles, sendFiles } from './scpCopy.ts';
import { utility } from './utility.ts';

const USAGE = `usage: scp [-346ABCOpqRrsTv] [-c cipher] [-D sftp_server_path] [-F ssh_config]
           [-i identity_file] [-J destination] [-l limit]
           [-o ssh_option] [-P port] [-S program] source ... target
`;

const OPTIONS = {
  recursive: '-r',
  preserve: '-p',
  quiet: '-q',
  port: '-P=PORT',
  identity: '-i=FILE',
  sshOption: '-o=OPTION',
  sink: '-t',
  source: '-f',
} as const;

type Options = ParsedOptions<keyof typeof OPTIONS>;

interface Place {
  /** As ssh takes it. */
  readonly host: string;
  readonly path: string;
}

/** scp(1) between the hosts of a lab, over ssh, by the protocol of rcp. */
export const scp: Program = utility(
  {
    usage: '[-pqr] [-i FILE] [-o OPTION] [-P PORT] SOURCE... TARGET',
    options: OPTIONS,
    notSimulated: '-3 -4 -6 -A -B -C -O -R -s -T -v -c=CIPHER -D=PATH -F=FILE -J=DEST -l=LIMIT -S=PROGRAM -X=OPTION',
    permute: false,
  },
  async (process, options) => {
    const form: CopyForm = {
      isRecursive: options.has('recursive'),
      keepsTimes: options.has('preserve'),
      showsProgress: !options.has('quiet') && process.file(1).isTerminal,
    };
    if (options.has('sink')) return receiveFiles(process, options.operands[0] ?? '.', ownChannel(process), form);
    if (options.has('source')) return sendFiles(process, options.operands, ownChannel(process), form);
    const sources = options.operands.slice(0, -1);
    const target = options.operands.at(-1);
    if (target === undefined || sources.length === 0) {
      await process.write(2, USAGE);
      return 1;
    }
    const to = remotePlace(target);
    let status = 0;
    if (to) {
      const local = sources.filter((source) => !remotePlace(source));
      if (local.length < sources.length) {
        await process.write(2, 'scp: copying between two other hosts is not simulated\n');
        return 2;
      }
      return upload(process, options, local, to, form);
    }
    const found = statIfThere(process, target);
    if (sources.length > 1 && !(found && isDirectory(found.mode))) {
      await process.write(2, `scp: ${target}: ${found ? 'Not a directory' : 'No such file or directory'}\n`);
      return 1;
    }
    for (const source of sources) status = Math.max(status, await download(process, options, source, target, form));
    return status;
  },
);

/** `[user@]host:path`, or `scp://[user@]host[:port]/path`; anything else is a file here. */
function remotePlace(text: string): Place | undefined {
  const url = /^scp:\/\/([^/:]+)(?::\d+)?\/(.*)$/.exec(text);
  if (url) return { host: url[1] as string, path: url[2] as string };
  const match = /^([^/:]+):(.*)$/s.exec(text);
  return match ? { host: match[1] as string, path: match[2] as string } : undefined;
}

function ownChannel(process: Process): CopyChannel {
  return channelOf(process, process.file(0), process.file(1));
}

async function upload(
  process: Process,
  options: Options,
  sources: readonly string[],
  to: Place,
  form: CopyForm,
): Promise<number> {
  for (const source of sources) {
    const found = statIfThere(process, source);
    if (found && (isRegular(found.mode) || isDirectory(found.mode))) continue;
    await process.write(2, `scp: stat local "${source}": No such file or directory\n`);
    return 1;
  }
  const flags = `${form.isRecursive ? '-r ' : ''}${form.keepsTimes ? '-p ' : ''}`;
  const path = to.path === '' ? '.' : to.path;
  const session = await startSsh(process, options, to.host, `scp -q ${flags}-t ${quotedForShell(path)}`);
  const status = await sendFiles(process, sources, session.channel, form);
  return Math.max(status, await session.end());
}

async function download(
  process: Process,
  options: Options,
  source: string,
  target: string,
  form: CopyForm,
): Promise<number> {
  const from = remotePlace(source);
  if (!from) {
    // Both are here: cp does it.
    const flags = [...(form.isRecursive ? ['-r'] : []), ...(form.keepsTimes ? ['-p'] : [])];
    const child = await startCommand(process, ['cp', ...flags, '--', source, target]);
    const status = exitCode(await process.waitFor(child.wait()));
    process.reap(child);
    return status;
  }
  const flags = `${form.isRecursive ? '-r ' : ''}${form.keepsTimes ? '-p ' : ''}`;
  // The other side's shell finds what patterns mean.
  const session = await startSsh(
    process,
    options,
    from.host,
    `scp -q ${flags}-f ${from.path === '' ? '.' : from.path}`,
  );
  const status = await receiveFiles(process, target, session.channel, form);
  return Math.max(status, await session.end());
}

function quotedForShell(path: string): string {
  return /^[\w@%+=:,./~-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

async function startSsh(process: Process, options: Options, host: string, command: string) {
  const argv = ['ssh', ...sshWords(options), host, command];
  const { child, input, output } = await startPiped(process, argv);
  return {
    channel: channelOf(process, output, input),
    async end(): Promise<number> {
      input.close();
      output.close();
      const status = exitCode(await process.waitFor(child.wait()));
      process.reap(child);
      return status === 0 ? 0 : status === 255 ? 255 : 1;
    },
  };
}

function sshWords(options: Options): string[] {
  const letters = { port: '-p', identity: '-i', sshOption: '-o' } as const;
  return options.given.flatMap(({ name, value = '' }) =>
    Object.hasOwn(letters, name) ? [letters[name as keyof typeof letters], value] : [],
  );
}

/** Bytes of a line or of a file, as they are asked for. */
function channelOf(process: Process, input: OpenFile, output: OpenFile): CopyChannel {
  let held = new Uint8Array(0);
  const more = async (): Promise<boolean> => {
    const chunk = await process.waitFor(Promise.resolve(input.read(65_536)));
    if (chunk.length === 0) return false;
    const joined = new Uint8Array(held.length + chunk.length);
    joined.set(held);
    joined.set(chunk, held.length);
    held = joined;
    return true;
  };
  return {
    async line(limitBytes) {
      for (let from = 0; ;) {
        const end = held.indexOf(10, from);
        if (end >= 0) {
          const text = decodeName(held.subarray(0, end));
          held = held.subarray(end + 1);
          return text;
        }
        if (held.length > limitBytes) throw new VfsError('E2BIG', 'read', '');
        from = held.length;
        if (!(await more())) return undefined;
      }
    },
    async bytes(maxBytes) {
      if (held.length === 0 && !(await more())) return new Uint8Array(0);
      const taken = held.slice(0, maxBytes);
      held = held.subarray(taken.length);
      return taken;
    },
    async write(data) {
      const writing = output.write(typeof data === 'string' ? encodeName(data) : data);
      if (writing) await process.waitFor(writing);
    },
  };
}
