import type { Shell } from './shell.ts';
import { newVariable, type Variable } from './variables.ts';

/** The special parameters that are not variables (bash(1), "Special Parameters"); `@` and `*` apart. Undefined: unset. */
export function specialParameter(shell: Shell, name: string): string | undefined {
  switch (name) {
    case '?':
      return String(shell.status);
    case '#':
      return String(shell.positional.length);
    case '$':
      return String(shell.mainPid);
    case '!':
      return shell.lastBackgroundPid === undefined ? undefined : String(shell.lastBackgroundPid);
    case '-':
      return optionLetters(shell);
    case '0':
      return shell.name;
    default:
      return shell.positional[Number(name) - 1];
  }
}

const LETTERS: readonly (readonly [string, string])[] = [
  ['a', 'allexport'],
  ['b', 'notify'],
  ['e', 'errexit'],
  ['f', 'noglob'],
  ['h', 'hashall'],
  ['k', 'keyword'],
  ['m', 'monitor'],
  ['n', 'noexec'],
  ['p', 'privileged'],
  ['t', 'onecmd'],
  ['u', 'nounset'],
  ['v', 'verbose'],
  ['x', 'xtrace'],
  ['B', 'braceexpand'],
  ['C', 'noclobber'],
  ['E', 'errtrace'],
  ['H', 'histexpand'],
  ['P', 'physical'],
  ['T', 'functrace'],
];

export function optionLetters(shell: Shell): string {
  let letters = '';
  for (const [letter, name] of LETTERS) {
    if (!shell.isBash && (letter === 'h' || letter === 'B')) continue;
    if (shell.options.has(name as never)) letters += letter;
    if (letter === 'h' && shell.isInteractive) letters += 'i';
  }
  if (shell.commandString !== undefined && shell.isBash) letters += 'c';
  if (shell.readsStdin) letters += 's';
  return letters;
}

/** Variables whose values are computed. A copy of a shell binds them again to itself, but for those that were unset. */
export function bindSpecials(shell: Shell): void {
  const { global } = shell.variables;
  const isCopy = shell.subshellDepth > 0;
  const bind = (name: string, compute: () => string, assigned?: (value: string) => void): void => {
    if (isCopy && !global.get(name)?.compute) return;
    const variable: Variable = newVariable('');
    variable.compute = compute;
    variable.assigned = assigned;
    global.set(name, variable);
  };
  const bindList = (name: string, values: () => string[]): void => {
    if (isCopy && !global.has(name)) return;
    const variable: Variable = newVariable('');
    Object.defineProperty(variable, 'list', { get: values, set: () => undefined, enumerable: true });
    global.set(name, variable);
  };
  bind(
    'LINENO',
    () => String(shell.line),
    () => undefined,
  );
  if (shell.dialect === 'dash') return;
  bind(
    'RANDOM',
    () => String(nextRandom(shell)),
    (value) => {
      shell.randomSeed = Number.parseInt(value, 10) >>> 0 || 0;
    },
  );
  if (!shell.isBash) return;
  bind(
    '_',
    () => shell.lastArgument,
    () => undefined,
  );
  bind('SRANDOM', () => String(new DataView(shell.process.kernel.random(4).slice().buffer).getUint32(0)));
  bind(
    'SECONDS',
    () => String(Math.floor(shell.secondsRunning)),
    (value) => {
      shell.secondsBase += (Number.parseInt(value, 10) || 0) - shell.secondsRunning;
    },
  );
  bind('BASHPID', () => String(shell.process.pid));
  bind('BASH_SUBSHELL', () => String(shell.subshellDepth));
  bind('BASH_COMMAND', () => shell.commandText);
  bind('EPOCHSECONDS', () => String(shell.process.kernel.clock.now().sec));
  bind('EPOCHREALTIME', () => {
    const { sec, nsec } = shell.process.kernel.clock.now();
    return `${sec}.${String(Math.floor(nsec / 1000)).padStart(6, '0')}`;
  });
  bindList('PIPESTATUS', () => (shell.pipeStatuses ?? [shell.status]).map(String));
  bindList('FUNCNAME', () => functionNames(shell));
  bindList('BASH_SOURCE', () => sources(shell));
  bindList('BASH_LINENO', () =>
    [...shell.frames]
      .reverse()
      .map(({ callLine }) => String(callLine))
      .concat(shell.scriptName !== undefined ? ['0'] : []),
  );
  bindList('DIRSTACK', () => [shell.variables.get('PWD') ?? shell.process.cwd, ...shell.directoryStack]);
  bindList('GROUPS', () => {
    const { gid, groups } = shell.process.credentials;
    return [gid, ...groups.filter((group) => group !== gid)].map(String);
  });
}

function functionNames(shell: Shell): string[] {
  const names = [...shell.frames].reverse().map(({ name }) => name);
  if (names.every((name) => name === 'source')) return shell.frames.length === 0 ? [] : [...names, 'main'];
  return shell.scriptName !== undefined || (shell.frames.length > 0 && shell.commandString === undefined)
    ? [...names, 'main']
    : names;
}

function sources(shell: Shell): string[] {
  const inner = [...shell.frames].reverse().map(({ source }) => source);
  return shell.scriptName === undefined ? inner : [...inner, shell.scriptName];
}

/** bash's generator: that of Park and Miller, folded to 15 bits. */
function nextRandom(shell: Shell): number {
  let seed = shell.randomSeed === 0 ? 123459876 : shell.randomSeed;
  const high = Math.floor(seed / 127773);
  const low = seed % 127773;
  seed = 16807 * low - 2836 * high;
  if (seed < 0) seed += 0x7fffffff;
  shell.randomSeed = seed;
  return ((seed >>> 16) ^ (seed & 65535)) & 32767;
}
