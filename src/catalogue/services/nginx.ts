import { decodeName } from '../../bytes/byteName.ts';
import * as calls from '../../shell/kernel/calls.ts';
import type { Process } from '../../shell/kernel/process.ts';
import type { Program } from '../../shell/kernel/program.ts';
import { SIGNALS } from '../../shell/kernel/signals.ts';
import { installedVersion } from './installedVersion.ts';
import { type Directive, NginxConfigError, readNginxConfig, readNginxText } from './nginxConfig.ts';
import { NginxMaster } from './nginxMaster.ts';
import { type NginxSite, nginxSite } from './nginxSite.ts';

const CONFIG = '/etc/nginx/nginx.conf';
/** Of Debian 12; Docker's image tells its own. */
const DEFAULT_VERSION = '1.22.1';
const SIGNAL_OF: Readonly<Record<string, number>> = {
  stop: SIGNALS.TERM,
  quit: SIGNALS.QUIT,
  reload: SIGNALS.HUP,
  reopen: SIGNALS.USR1,
};

interface NginxArguments {
  readonly config: string;
  readonly global: string;
  readonly mode: 'run' | 'test' | 'dump' | 'version' | 'build' | 'help';
  readonly isQuiet: boolean;
  readonly signal: string | undefined;
}

/** nginx, as far as it serves files, redirects and hands on. */
export const nginx: Program = async (process) => {
  const given = readArguments(process.argv.slice(1));
  if (typeof given === 'string') return emergency(process, given);
  const version = process.env.get('NGINX_VERSION') ?? (await installedVersion(process, 'nginx')) ?? DEFAULT_VERSION;
  switch (given.mode) {
    case 'help':
      await process.print(
        `nginx version: nginx/${version}\nUsage: nginx [-?hvVtTq] [-s signal] [-c filename] [-g directives]\n`,
      );
      return 0;
    case 'version':
      await process.write(2, `nginx version: nginx/${version}\n`);
      return 0;
    case 'build':
      await process.write(2, `nginx version: nginx/${version}\nbuilt by gcc 12.2.0 (Debian 12.2.0-14)\n`);
      return 0;
    default:
      return withConfig(process, given, version);
  }
};

async function withConfig(process: Process, given: NginxArguments, version: string): Promise<number> {
  let site: NginxSite;
  let directives: readonly Directive[];
  try {
    directives = await readAll(process, given);
    site = nginxSite(directives);
  } catch (error) {
    if (!(error instanceof NginxConfigError)) throw error;
    await emergency(process, error.message);
    if (given.mode !== 'run') await process.write(2, `nginx: configuration file ${given.config} test failed\n`);
    return 1;
  }
  for (const { name, at } of site.notSimulated)
    await process.write(2, `nginx: [warn] "${name}" is not simulated here and does nothing in ${at}\n`);
  if (given.mode !== 'run') {
    if (!given.isQuiet)
      await process.write(
        2,
        `nginx: the configuration file ${given.config} syntax is ok\nnginx: configuration file ${given.config} test is successful\n`,
      );
    if (given.mode === 'dump')
      await process.print(
        `# configuration file ${given.config}:\n${decodeName(await calls.readFile(process, given.config))}\n`,
      );
    return 0;
  }
  if (given.signal !== undefined) return sendSignal(process, given.signal, site);
  const reread = async (): Promise<NginxSite> => nginxSite(await readAll(process, given));
  const isDaemon = site.main.get('daemon')?.[0] !== 'off';
  const serve = (self: Process) => new NginxMaster({ process: self, site, version, reread }).run();
  if (!isDaemon) return serve(process);
  // The ports are taken before the parent ends, so that what follows finds them open.
  const started = new Promise<void>((resolve) => {
    process.fork(
      (self) => new NginxMaster({ process: self, site, version, reread, onStarted: resolve }).run().finally(resolve),
      { group: 'new' },
    );
  });
  await process.waitFor(started);
  return 0;
}

async function readAll(process: Process, given: NginxArguments): Promise<readonly Directive[]> {
  const file = await readNginxConfig(process, given.config);
  return given.global === '' ? file : [...file, ...(await readNginxText(process, given.global))];
}

function readArguments(arguments_: readonly string[]): NginxArguments | string {
  const found = { config: CONFIG, global: '', mode: 'run' as NginxArguments['mode'], isQuiet: false };
  let signal: string | undefined;
  for (let i = 0; i < arguments_.length; i++) {
    const argument = arguments_[i] as string;
    if (!argument.startsWith('-') || argument.length < 2) return `invalid option: "${argument}"`;
    const takes = argument[1] as string;
    if ('cgsep'.includes(takes)) {
      const value = argument.length > 2 ? argument.slice(2) : arguments_[++i];
      if (value === undefined) return `option "-${takes}" requires ${takes === 'g' ? 'parameter' : 'file name'}`;
      if (takes === 'c') found.config = value.startsWith('/') ? value : `/etc/nginx/${value}`;
      else if (takes === 'g') found.global = value.endsWith(';') ? value : `${value};`;
      else if (takes === 's') signal = value;
      else return `option "-${takes}" is not simulated`;
      continue;
    }
    for (const letter of argument.slice(1)) {
      const mode = ({ '?': 'help', h: 'help', v: 'version', V: 'build', t: 'test', T: 'dump' } as const)[letter];
      if (letter === 'q') found.isQuiet = true;
      else if (mode === undefined) return `invalid option: "${letter}"`;
      else found.mode = mode;
    }
  }
  if (signal !== undefined && !Object.hasOwn(SIGNAL_OF, signal)) return `invalid option: "-s ${signal}"`;
  return { ...found, signal };
}

async function sendSignal(process: Process, name: string, site: NginxSite): Promise<number> {
  const path = site.main.get('pid')?.[0] ?? '/run/nginx.pid';
  if (!calls.statIfThere(process, path))
    return emergency(process, `open() "${path}" failed (2: No such file or directory)`, 'error');
  const text = decodeName(await calls.readFile(process, path, 64)).trim();
  const master = /^\d+$/.test(text) ? process.namespaces.pids.processes.get(Number(text)) : undefined;
  if (!/^\d+$/.test(text)) return emergency(process, `invalid PID number "${text}" in "${path}"`, 'error');
  if (!master || master.hasEnded)
    return emergency(process, `kill(${text}, ${SIGNAL_OF[name]}) failed (3: No such process)`, 'alert');
  master.kill(SIGNAL_OF[name] as number);
  return 0;
}

async function emergency(process: Process, message: string, level = 'emerg'): Promise<number> {
  await process.write(2, `nginx: [${level}] ${message}\n`);
  return 1;
}
