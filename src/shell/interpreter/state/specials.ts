import { commandTextOf } from '../execution/functionText.ts';
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
  if (shell.commandString !== undefined && shell.dialect !== 'dash') letters += 'c';
  if (shell.readsStdin) letters += 's';
  return letters;
}

interface Special {
  readonly compute: (shell: Shell) => string;
  readonly assigned?: (shell: Shell, value: string) => void;
}

const ignored = (): void => undefined;

/** Those whose values are computed. */
const SCALARS: Readonly<Record<string, Special>> = {
  LINENO: { compute: (shell) => String(shell.line), assigned: ignored },
  RANDOM: {
    compute: (shell) => String(nextRandom(shell)),
    assigned: (shell, value) => {
      shell.randomSeed = Number.parseInt(value, 10) >>> 0 || 0;
    },
  },
  _: { compute: (shell) => shell.lastArgument, assigned: ignored },
  SRANDOM: {
    compute: (shell) => String(new DataView(shell.process.kernel.random(4).slice().buffer).getUint32(0)),
  },
  SECONDS: {
    compute: (shell) => String(Math.floor(shell.secondsRunning)),
    assigned: (shell, value) => {
      shell.secondsBase += (Number.parseInt(value, 10) || 0) - shell.secondsRunning;
    },
  },
  BASHPID: { compute: (shell) => String(shell.process.pid) },
  BASH_SUBSHELL: { compute: (shell) => String(shell.subshellDepth) },
  BASH_COMMAND: {
    compute: ({ shownNode, commandText }) => (shownNode ? commandTextOf(shownNode) : commandText),
  },
  EPOCHSECONDS: { compute: (shell) => String(shell.process.kernel.clock.now().sec) },
  EPOCHREALTIME: {
    compute: (shell) => {
      const { sec, nsec } = shell.process.kernel.clock.now();
      return `${sec}.${String(Math.floor(nsec / 1000)).padStart(6, '0')}`;
    },
  },
};

const LISTS: Readonly<Record<string, (shell: Shell) => string[]>> = {
  PIPESTATUS: (shell) => (shell.pipeStatuses ?? [shell.status]).map(String),
  FUNCNAME: functionNames,
  BASH_SOURCE: sources,
  BASH_LINENO: ({ frames, scriptName }) =>
    [...frames]
      .reverse()
      .map(({ callLine }) => String(callLine))
      .concat(scriptName !== undefined ? ['0'] : []),
  DIRSTACK: (shell) => [shell.variables.get('PWD') ?? shell.process.cwd, ...shell.directoryStack],
  GROUPS: (shell) => {
    const { gid, groups } = shell.process.credentials;
    return [gid, ...groups.filter((group) => group !== gid)].map(String);
  },
};

const NAMES = { dash: ['LINENO'], ash: ['LINENO', 'RANDOM'], bash: [...Object.keys(SCALARS), ...Object.keys(LISTS)] };

/** Gives a new shell the variables whose values are computed. */
export function addSpecials(shell: Shell): void {
  bindSpecials(shell);
  shell.variables.addSpecials(shell.isBash ? NAMES.bash : shell.dialect === 'dash' ? NAMES.dash : NAMES.ash);
}

/** Lets variables compute from this shell: for a copy of another, those of them that it still has. */
export function bindSpecials(shell: Shell): void {
  shell.variables.makeSpecial = (name) => specialVariable(shell, name);
}

function specialVariable(shell: Shell, name: string): Variable {
  const variable = newVariable('');
  const list = LISTS[name];
  if (list) {
    Object.defineProperty(variable, 'list', { get: () => list(shell), set: () => undefined, enumerable: true });
    return variable;
  }
  const { compute, assigned } = SCALARS[name] as Special;
  variable.compute = () => compute(shell);
  if (assigned) variable.assigned = (value) => assigned(shell, value);
  return variable;
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
