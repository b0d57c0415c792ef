import { decodeName } from '../../bytes/byteName.ts';
import * as calls from '../../shell/kernel/calls.ts';
import type { Process } from '../../shell/kernel/process.ts';
import type { Program } from '../../shell/kernel/program.ts';
import { SIGNALS } from '../../shell/kernel/signals.ts';
import { busyboxHttpd } from './busyboxHttpd.ts';
import { inBackground } from './inBackground.ts';
import { type HttpdConfig, HttpdConfigError, readHttpdConfig } from './httpdConfig.ts';
import { HttpdServer } from './httpdServer.ts';
import { installedVersion } from './installedVersion.ts';

const CONFIGS = [
  '/usr/local/apache2/conf/httpd.conf',
  '/etc/apache2/httpd.conf',
  '/etc/httpd/conf/httpd.conf',
] as const;
const DEFAULT_VERSION = '2.4.58';
const ACTIONS: Readonly<Record<string, number | undefined>> = {
  start: undefined,
  stop: SIGNALS.TERM,
  restart: SIGNALS.HUP,
  graceful: SIGNALS.USR1,
  'graceful-stop': SIGNALS.WINCH,
};

interface HttpdArguments {
  readonly mode: 'run' | 'test' | 'version' | 'help';
  readonly config: string | undefined;
  readonly action: string;
  readonly isForeground: boolean;
}

/** httpd and apachectl: files of hosts, aliases, redirects. */
export const httpd: Program = async (process) => {
  if (process.flavour === 'busybox') return busyboxHttpd(process);
  const given = readArguments(process);
  if (typeof given === 'string') {
    await process.write(2, `${process.name}: ${given}\n`);
    return 1;
  }
  const version = process.env.get('HTTPD_VERSION') ?? (await packaged(process)) ?? DEFAULT_VERSION;
  if (given.mode === 'version') {
    await process.print(`Server version: Apache/${version} (Unix)\n`);
    return 0;
  }
  if (given.mode === 'help') {
    await process.print(
      'Usage: httpd [-D name] [-f file] [-k start|restart|graceful|graceful-stop|stop] [-v] [-h] [-t]\n',
    );
    return 0;
  }
  const path = given.config ?? CONFIGS.find((one) => calls.statIfThere(process, one)) ?? CONFIGS[0];
  let config: HttpdConfig;
  try {
    config = await readHttpdConfig(process, path);
  } catch (error) {
    if (!(error instanceof HttpdConfigError)) throw error;
    await process.write(2, `${error.message}\n`);
    return 1;
  }
  for (const name of config.notSimulated)
    await process.write(2, `httpd: [warn] "${name}" is not simulated here and does nothing\n`);
  if (given.mode === 'test') {
    await process.write(2, 'Syntax OK\n');
    return 0;
  }
  const pidFile = pidFileOf(config);
  const signal = ACTIONS[given.action];
  const running = await runningServer(process, pidFile);
  if (given.action !== 'start' && signal !== undefined) {
    if (running) running.kill(signal);
    else await process.write(1, `httpd (no pid file) not running\n`);
    if (running || given.action.endsWith('stop')) return 0;
  } else if (running) {
    await process.print(`httpd (pid ${running.pid}) already running\n`);
    return 0;
  }
  return serve(process, { config, version, pidFile, path }, given.isForeground);
};

interface Serving {
  readonly config: HttpdConfig;
  readonly version: string;
  readonly pidFile: string;
  readonly path: string;
}

async function serve(process: Process, serving: Serving, isForeground: boolean): Promise<number> {
  const reread = () => readHttpdConfig(process, serving.path);
  if (isForeground) return new HttpdServer({ ...serving, process, reread }).run();
  return inBackground(process, (self, onBound) =>
    new HttpdServer({ ...serving, process: self, reread, onBound }).run(),
  );
}

function pidFileOf(config: HttpdConfig): string {
  const told = config.hosts[0]?.values.get('pidfile')?.[0] ?? 'logs/httpd.pid';
  return told.startsWith('/') ? told : `${config.root}/${told}`;
}

async function runningServer(process: Process, pidFile: string): Promise<Process | undefined> {
  if (!calls.statIfThere(process, pidFile)) return undefined;
  const text = decodeName(await calls.readFile(process, pidFile, 64)).trim();
  const found = /^\d+$/.test(text) ? process.namespaces.pids.processes.get(Number(text)) : undefined;
  return found && !found.hasEnded && found !== process ? found : undefined;
}

async function packaged(process: Process): Promise<string | undefined> {
  return (await installedVersion(process, 'apache2')) ?? (await installedVersion(process, 'httpd'));
}

function readArguments(process: Process): HttpdArguments | string {
  const isControl = /ctl$/.test(process.name);
  const words = process.argv.slice(1);
  const found = {
    mode: 'run' as HttpdArguments['mode'],
    config: undefined as string | undefined,
    action: 'start',
    isForeground: false,
  };
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    if (isControl && !word.startsWith('-')) {
      if (word === 'configtest') found.mode = 'test';
      else if (Object.hasOwn(ACTIONS, word)) found.action = word;
      else return `${word}: not a command that is simulated`;
      continue;
    }
    const letter = word.slice(0, 2);
    if (['-D', '-f', '-k', '-e', '-c', '-C', '-d', '-E'].includes(letter)) {
      const value = word.length > 2 ? word.slice(2) : words[++i];
      if (value === undefined) return `option requires an argument -- ${letter[1]}`;
      if (letter === '-D') found.isForeground ||= value === 'FOREGROUND';
      else if (letter === '-f') found.config = value.startsWith('/') ? value : `/usr/local/apache2/${value}`;
      else if (letter === '-k') {
        if (!Object.hasOwn(ACTIONS, value)) return `unknown -k argument: ${value}`;
        found.action = value;
      } else return `option ${letter} is not simulated`;
    } else if (word === '-v' || word === '-V') found.mode = 'version';
    else if (word === '-t') found.mode = 'test';
    else if (word === '-h') found.mode = 'help';
    else if (word === '-X') found.isForeground = true;
    else return `illegal option -- ${word.replace(/^-+/, '')}`;
  }
  return found;
}
