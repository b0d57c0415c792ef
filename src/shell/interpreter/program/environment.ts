import { statIfThere } from '../../kernel/calls.ts';
import type { Process } from '../../kernel/process.ts';
import { DEFAULT_PATH } from '../execution/external.ts';
import { BASH_VERSION } from '../state/dialect.ts';
import type { Shell } from '../state/shell.ts';
import { addSpecials } from '../state/specials.ts';
import { asList, newVariable } from '../state/variables.ts';
import { IDENTIFIER } from '../builtins/options.ts';
import { parseScript } from '../syntax/parseScript.ts';

/** Gives a new shell its variables: those of the environment, and its own. */
export function importEnvironment(shell: Shell, process: Process): void {
  const { global } = shell.variables;
  const put = (name: string, value: string, exported = false): void => {
    const variable = newVariable(value);
    if (exported) variable.attributes.add('export');
    global.set(name, variable);
  };
  for (const [name, value] of process.env) {
    if (IDENTIFIER.test(name)) put(name, value, true);
    else if (shell.isBash) importFunction(shell, name, value);
  }
  addSpecials(shell);
  const random = process.kernel.random(3);
  shell.randomSeed = ((random[0] ?? 0) << 16) | ((random[1] ?? 0) << 8) | (random[2] ?? 1);
  put('IFS', ' \t\n');
  put('OPTIND', '1');
  if (!global.has('PS4')) put('PS4', '+ ');
  put('PPID', String(process.parent?.pid ?? 0));
  const before = process.env.get('PWD');
  put('PWD', before !== undefined && leadsHere(process, before) ? before : process.cwd, true);
  if (!global.has('PATH')) putPath(shell, put);
  if (shell.dialect !== 'dash') put('SHLVL', String(levelAbove(process) + 1), true);
  if (shell.isBash) bashVariables(shell, process, put);
  shell.variables.environmentVersion++;
}

/** What busybox' shell hands on where it was given none (include/libbb.h, BB_ADDITIONAL_PATH). */
const ASH_PATH = '/sbin:/usr/sbin:/bin:/usr/bin';

function putPath(shell: Shell, put: (name: string, value: string, exported?: boolean) => void): void {
  if (shell.dialect === 'ash') put('PATH', ASH_PATH, true);
  else put('PATH', DEFAULT_PATH);
}

function levelAbove(process: Process): number {
  const level = Number(process.env.get('SHLVL') ?? 0);
  return Number.isNaN(level) ? 0 : level;
}

function bashVariables(
  shell: Shell,
  process: Process,
  put: (name: string, value: string, exported?: boolean) => void,
): void {
  const { global } = shell.variables;
  put('BASH', `/usr/bin/${shell.isPosix ? 'sh' : 'bash'}`);
  put('BASH_VERSION', BASH_VERSION);
  put('HOSTNAME', process.namespaces.uts.hostname);
  put('HOSTTYPE', 'x86_64');
  put('OSTYPE', 'linux-gnu');
  put('MACHTYPE', 'x86_64-pc-linux-gnu');
  put('OPTERR', '1');
  if (!global.has('TERM')) put('TERM', 'dumb');
  const { uid, gid } = process.credentials;
  void gid;
  for (const name of ['UID', 'EUID']) {
    put(name, String(uid));
    global.get(name)?.attributes.add('readonly').add('integer');
  }
  global.get('PPID')?.attributes.add('readonly').add('integer');
  const versions = newVariable();
  asList(versions).push('5', '2', '15', '1', 'release', 'x86_64-pc-linux-gnu');
  versions.attributes.add('readonly');
  global.set('BASH_VERSINFO', versions);
  if (!global.has('OLDPWD')) {
    const previous = newVariable();
    previous.attributes.add('export');
    global.set('OLDPWD', previous);
  }
}

function leadsHere(process: Process, path: string): boolean {
  if (!path.startsWith('/')) return false;
  const named = statIfThere(process, path);
  const here = statIfThere(process, '.');
  return (
    named !== undefined &&
    here !== undefined &&
    named.inodeNumber === here.inodeNumber &&
    process.mounts.resolve(process, path, 'follow').path === process.cwd
  );
}

/** A function that another bash exported. Nothing else in it is run. */
function importFunction(shell: Shell, variable: string, value: string): void {
  const name = /^BASH_FUNC_(.+)%%$/.exec(variable)?.[1];
  if (name === undefined || !value.startsWith('() {')) return;
  const script = parseScript(`${name} ${value}`);
  const node = script.statements[0]?.node;
  if (script.fault || script.statements.length !== 1 || node?.kind !== 'function') return;
  shell.functions.set(name, { name, body: node.body, line: 0, source: 'environment' });
  shell.exportedFunctions.add(name);
}
