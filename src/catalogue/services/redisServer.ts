import { encodeName } from '../../bytes/byteName.ts';
import * as calls from '../../shell/kernel/calls.ts';
import type { Process } from '../../shell/kernel/process.ts';
import type { Program } from '../../shell/kernel/program.ts';
import { SIGNALS } from '../../shell/kernel/signals.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { listen } from './listen.ts';
import { readRdb, writeRdb } from './redisRdb.ts';
import { decodeReply, encodeReply, type Reply } from './redisProtocol.ts';
import { RedisStore } from './redisStore.ts';
import { untilSignal } from './untilSignal.ts';

const DEFAULT_VERSION = '7.0.15';
const DEFAULT_PORT = 6379;
const MAX_RDB_BYTES = 64 << 20;

interface RedisSettings {
  readonly port: number;
  readonly directory: string;
  readonly file: string;
  readonly savesAtEnd: boolean;
}

/** redis-server, over the lab network: strings and keys. */
export const redisServer: Program = async (process) => {
  const version = process.env.get('REDIS_VERSION') ?? DEFAULT_VERSION;
  const [first] = process.argv.slice(1);
  if (first === '--version' || first === '-v') {
    await process.print(`Redis server v=${version} sha=00000000:0 malloc=jemalloc-5.3.0 bits=64\n`);
    return 0;
  }
  const settings = readSettings(process);
  if (typeof settings === 'string') {
    await process.write(2, `\n*** FATAL CONFIG FILE ERROR (Redis ${version}) ***\n${settings}\n`);
    return 1;
  }
  return new RedisServer(process, settings, version).run();
};

function readSettings(process: Process): RedisSettings | string {
  const settings = { port: DEFAULT_PORT, directory: process.cwd, file: 'dump.rdb', savesAtEnd: true };
  const given = process.argv.slice(1);
  for (let i = 0; i < given.length; i += 2) {
    const value = given[i + 1];
    const name = given[i] as string;
    if (value === undefined) return `>>> '${name}'\nwrong number of arguments`;
    if (name === '--port' && /^\d{1,5}$/.test(value)) settings.port = Number(value);
    else if (name === '--dir') settings.directory = value.startsWith('/') ? value : `${process.cwd}/${value}`;
    else if (name === '--dbfilename') settings.file = value;
    else if (name === '--save') settings.savesAtEnd = value !== '';
    else if ((name === '--appendonly' && value === 'no') || (name === '--bind' && /^(0\.0\.0\.0|\*)$/.test(value)))
      continue;
    else return `>>> '${name} ${value}'\nThis directive is not simulated`;
  }
  return settings;
}

class RedisServer {
  readonly #process: Process;
  readonly #settings: RedisSettings;
  readonly #version: string;
  readonly #store: RedisStore;

  constructor(process: Process, settings: RedisSettings, version: string) {
    this.#process = process;
    this.#settings = settings;
    this.#version = version;
    this.#store = new RedisStore(() => {
      const { sec, nsec } = process.kernel.clock.now();
      return sec * 1000 + Math.floor(nsec / 1e6);
    });
  }

  async run(): Promise<number> {
    const { port } = this.#settings;
    await this.#log('C', '*', 'oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo');
    const { pid } = this.#process;
    await this.#log(
      'C',
      '*',
      `Redis version=${this.#version}, bits=64, commit=00000000, modified=0, pid=${pid}, just started`,
    );
    await this.#log('M', '*', `Running mode=standalone, port=${port}.`);
    const end = listen(this.#process, port, { message: (request) => this.#answer(request) });
    if (!end) {
      await this.#log(
        'M',
        '#',
        `Warning: Could not create server TCP listening socket *:${port}: bind: Address already in use`,
      );
      await this.#log('M', '#', `Failed listening on port ${port} (tcp), aborting.`);
      return 1;
    }
    try {
      await this.#log('M', '*', 'Server initialized');
      if (!(await this.#load())) return 1;
      await this.#log('M', '*', 'Ready to accept connections tcp');
      const signal = await untilSignal(this.#process, [SIGNALS.TERM, SIGNALS.INT]);
      const name = signal === SIGNALS.TERM ? 'SIGTERM' : 'SIGINT';
      const { sec } = this.#process.kernel.clock.now();
      await this.#process.print(`${pid}:signal-handler (${sec}) Received ${name} scheduling shutdown...\n`);
      await this.#log('M', '*', 'User requested shutdown...');
      if (this.#settings.savesAtEnd) {
        await this.#log('M', '*', 'Saving the final RDB snapshot before exiting.');
        if (await this.#save()) await this.#log('M', '*', 'DB saved on disk');
      }
      await this.#log('M', '#', 'Redis is now ready to exit, bye bye...');
      return 0;
    } finally {
      end();
    }
  }

  async #answer(request: Uint8Array): Promise<Uint8Array> {
    return encodeName(encodeReply(await this.#execute(request)));
  }

  async #execute(request: Uint8Array): Promise<Reply> {
    let words: string[];
    try {
      const asked = decodeReply(request);
      words = asked.kind === 'array' ? asked.items.map((item) => (item.kind === 'bulk' ? (item.text ?? '') : '')) : [];
    } catch (fault) {
      if (!(fault instanceof RangeError)) throw fault;
      return { kind: 'error', text: `ERR Protocol error: ${fault.message}` };
    }
    const [name = ''] = words;
    switch (name.toLowerCase()) {
      case 'save':
      case 'bgsave':
        if (!(await this.#save())) return { kind: 'error', text: 'ERR' };
        await this.#log('M', '*', 'DB saved on disk');
        return { kind: 'status', text: name.toLowerCase() === 'save' ? 'OK' : 'Background saving started' };
      case 'shutdown':
        this.#process.kill(SIGNALS.TERM);
        return { kind: 'status', text: 'OK' };
      case 'info': {
        const text = `# Server\r\nredis_version:${this.#version}\r\nredis_mode:standalone\r\nprocess_id:${this.#process.pid}\r\ntcp_port:${this.#settings.port}\r\n\r\n# Keyspace\r\ndb0:keys=${this.#store.entries().length}\r\n`;
        return { kind: 'bulk', text };
      }
      default:
        return (
          this.#store.execute(words) ?? {
            kind: 'error',
            text: `ERR command '${name}' is unknown, or not simulated here`,
          }
        );
    }
  }

  get #path(): string {
    return `${this.#settings.directory.replace(/\/$/, '')}/${this.#settings.file}`;
  }

  async #save(): Promise<boolean> {
    const { changes } = this.#store;
    try {
      await calls.writeFile(this.#process, this.#path, writeRdb(this.#store.entries(), this.#version), 0o644);
      this.#store.changes -= changes;
      return true;
    } catch (fault) {
      if (!(fault instanceof VfsError)) throw fault;
      await this.#log(
        'M',
        '#',
        `Failed opening the temp RDB file for saving: ${this.#process.kernel.describeError(fault)}`,
      );
      return false;
    }
  }

  async #load(): Promise<boolean> {
    if (!calls.statIfThere(this.#process, this.#path)) return true;
    const entries = readRdb(await calls.readFile(this.#process, this.#path, MAX_RDB_BYTES));
    if (typeof entries === 'string') {
      await this.#log('M', '#', `Bad file format reading the RDB file: ${entries}`);
      return false;
    }
    for (const [key, { text, expiresMs }] of entries) this.#store.set(key, text, expiresMs);
    await this.#log('M', '*', `Done loading RDB, keys loaded: ${entries.length}, keys expired: 0.`);
    return true;
  }

  async #log(role: string, mark: string, message: string): Promise<void> {
    const { sec, nsec } = this.#process.kernel.clock.now();
    const [, , date, month, year, time] =
      /^(\w+), (\d+) (\w+) (\d+) (\S+)/.exec(new Date(sec * 1000).toUTCString()) ?? [];
    const ms = String(Math.floor(nsec / 1e6)).padStart(3, '0');
    await this.#process.print(
      `${this.#process.pid}:${role} ${date} ${month} ${year} ${time}.${ms} ${mark} ${message}\n`,
    );
  }
}
