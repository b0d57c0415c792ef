import { decodeName } from '../../bytes/byteName.ts';
import { connectTo } from '../../shell/kernel/hostLookup.ts';
import type { Process } from '../../shell/kernel/process.ts';
import type { Program } from '../../shell/kernel/program.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { decodeReply, encodeCommand, type Reply } from './redisProtocol.ts';

interface CliArguments {
  readonly host: string;
  readonly port: number;
  readonly isRaw: boolean;
  readonly words: readonly string[];
}

/** redis-cli: one command, or a line each from standard input. */
export const redisCli: Program = async (process) => {
  const given = readArguments(process);
  if (typeof given === 'string') {
    await process.write(2, given);
    return 1;
  }
  if (given.words[0] === '--version') {
    await process.print(`redis-cli ${process.env.get('REDIS_VERSION') ?? '7.0.15'}\n`);
    return 0;
  }
  if (given.words.length > 0) return send(process, given, given.words);
  const isTerminal = process.file(0).isTerminal;
  const prompt = () => (isTerminal ? process.print(`${given.host}:${given.port}> `) : undefined);
  let pending = '';
  await prompt();
  for (;;) {
    const chunk = await process.read(0);
    pending += decodeName(chunk);
    for (let end = pending.indexOf('\n'); end >= 0; end = pending.indexOf('\n')) {
      const words = wordsOf(pending.slice(0, end));
      pending = pending.slice(end + 1);
      if (words?.[0] === 'quit' || words?.[0] === 'exit') return 0;
      if (!words) await process.print('Invalid argument(s)\n');
      else if (words.length > 0) await send(process, given, words);
      await prompt();
    }
    if (chunk.length > 0) continue;
    const last = wordsOf(pending);
    return last && last.length > 0 ? send(process, given, last) : 0;
  }
};

function readArguments(process: Process): CliArguments | string {
  const given = { host: '127.0.0.1', port: 6379, isRaw: !process.file(1).isTerminal };
  const words = process.argv.slice(1);
  for (let first = words[0]; first?.startsWith('-') && first !== '--version'; first = words[0]) {
    words.shift();
    if (first === '--raw') given.isRaw = true;
    else if (first === '--no-raw') given.isRaw = false;
    else if (first === '-h' && words.length > 0) given.host = words.shift() as string;
    else if (first === '-p' && /^\d{1,5}$/.test(words[0] ?? '')) given.port = Number(words.shift());
    else return `Unrecognized option or bad number of args for: '${first}'\n`;
  }
  return { ...given, words };
}

async function send(process: Process, given: CliArguments, words: readonly string[]): Promise<number> {
  const { host, port, isRaw } = given;
  let reply: Reply;
  try {
    const { service } = await connectTo(process, host, port);
    if (!service.message) throw new VfsError('ECONNREFUSED', 'connect', host);
    const bytes = await process.waitFor(service.message(encodeCommand(words)));
    reply = decodeReply(bytes);
  } catch (error) {
    if (!(error instanceof VfsError) || error.code === 'EINTR') throw error;
    const why = error.code === 'ENOENT' ? 'Name or service not known' : 'Connection refused';
    await process.write(2, `Could not connect to Redis at ${host}:${port}: ${why}\n`);
    return 1;
  }
  await process.print(isRaw ? rawText(reply) : shownText(reply, ''));
  return 0;
}

function rawText(reply: Reply): string {
  switch (reply.kind) {
    case 'integer':
      return `${reply.value}\n`;
    case 'bulk':
      return `${reply.text ?? ''}\n`;
    case 'array':
      return reply.items.length === 0 ? '\n' : reply.items.map(rawText).join('');
    default:
      return `${reply.text}\n${reply.kind === 'error' ? '\n' : ''}`;
  }
}

function shownText(reply: Reply, indent: string): string {
  switch (reply.kind) {
    case 'integer':
      return `(integer) ${reply.value}\n`;
    case 'bulk':
      return reply.text === undefined ? '(nil)\n' : `${quoted(reply.text)}\n`;
    case 'error':
      return `(error) ${reply.text}\n`;
    case 'status':
      return `${reply.text}\n`;
    default: {
      if (reply.items.length === 0) return '(empty array)\n';
      const width = String(reply.items.length).length;
      const deeper = indent + ' '.repeat(width + 2);
      return reply.items
        .map((item, i) => `${i === 0 ? '' : indent}${String(i + 1).padStart(width)}) ${shownText(item, deeper)}`)
        .join('');
    }
  }
}

function quoted(text: string): string {
  const escaped = text
    .replace(/["\\]/g, '\\$&')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t');
  return `"${escaped}"`;
}

/** A line's words, with quotes; undefined for one that does not end. */
function wordsOf(line: string): string[] | undefined {
  const words: string[] = [];
  let at = 0;
  for (;;) {
    while (/\s/.test(line[at] ?? '')) at++;
    if (at >= line.length) return words;
    const quote = line[at] === '"' || line[at] === "'" ? line[at] : undefined;
    let word = '';
    if (quote === undefined) while (at < line.length && !/\s/.test(line[at] as string)) word += line[at++];
    else {
      for (at++; line[at] !== quote; at++) {
        if (at >= line.length) return undefined;
        if (line[at] === '\\' && at + 1 < line.length) at++;
        word += line[at];
      }
      at++;
    }
    words.push(word);
  }
}
