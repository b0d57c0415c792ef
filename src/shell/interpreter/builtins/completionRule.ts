import { singleQuote } from '../expansion/quote.ts';
import { ShellError } from '../shellError.ts';
import type { CompletionRule, Shell } from '../state/shell.ts';
import { scanOptions } from './options.ts';

/** Actions of `-A`, with the letters that some have (bash(1), "Programmable Completion Builtins"). In the order in which
 *  they are listed. */
export const ACTIONS: Readonly<Record<string, string>> = {
  alias: 'a',
  arrayvar: '',
  binding: '',
  builtin: 'b',
  command: 'c',
  directory: 'd',
  disabled: '',
  enabled: '',
  export: 'e',
  file: 'f',
  function: '',
  group: 'g',
  helptopic: '',
  hostname: '',
  job: 'j',
  keyword: 'k',
  running: '',
  service: 's',
  setopt: '',
  shopt: '',
  signal: '',
  stopped: '',
  user: 'u',
  variable: 'v',
};

/** What becomes of the word that was completed. */
export const COMPLETION_OPTIONS: readonly string[] = [
  ...['bashdefault', 'default', 'dirnames', 'filenames', 'noquote', 'nosort', 'nospace', 'plusdirs'],
];
const LETTERS = `o:A:G:W:F:C:X:P:S:${Object.values(ACTIONS).join('')}`;

export interface GivenRule {
  readonly rule: CompletionRule;
  /** Of `-p`, `-r`, `-D`, `-E` and `-I`. */
  readonly flags: ReadonlySet<string>;
  readonly operands: readonly string[];
}

/** Reads what `complete` and `compgen` are given. Throws ShellError. */
export function readRule(shell: Shell, argv: readonly string[]): GivenRule {
  const flags = new Set<string>();
  const actions = new Set<string>();
  const options = new Set<string>();
  const values = new Map<string, string>();
  const letters = argv[0] === 'complete' ? `${LETTERS}prDEI` : LETTERS;
  const operands = scanOptions(shell, argv, letters, (letter, value) => {
    const action = Object.keys(ACTIONS).find((name) => ACTIONS[name] === letter);
    if (value !== undefined) take(letter, value, { actions, options, values });
    else if (action !== undefined) actions.add(action);
    else flags.add(letter);
  });
  return { rule: { actions, options, values }, flags, operands };
}

function take(
  letter: string,
  value: string,
  { actions, options, values }: { actions: Set<string>; options: Set<string>; values: Map<string, string> },
): void {
  if (letter === 'A') {
    if (!Object.hasOwn(ACTIONS, value)) throw new ShellError('command', `${value}: invalid action name`, 2);
    actions.add(value);
  } else if (letter === 'o') {
    if (!COMPLETION_OPTIONS.includes(value)) throw new ShellError('command', `${value}: invalid option name`, 2);
    options.add(value);
  } else values.set(letter, value);
}

/** As `complete -p` prints it. */
export function ruleText(name: string, { actions, options, values }: CompletionRule): string {
  const known = Object.keys(ACTIONS).filter((action) => actions.has(action));
  const words = [
    ...COMPLETION_OPTIONS.filter((option) => options.has(option)).map((option) => `-o ${option}`),
    ...known.filter((action) => ACTIONS[action] !== '').map((action) => `-${ACTIONS[action]}`),
    ...known.filter((action) => ACTIONS[action] === '').map((action) => `-A ${action}`),
    ...['G', 'W', 'P', 'S', 'X', 'C'].flatMap((letter) => {
      const value = values.get(letter);
      return value === undefined ? [] : [`-${letter} ${singleQuote(value)}`];
    }),
    ...(values.has('F') ? [`-F ${values.get('F')}`] : []),
  ];
  return `complete ${[...words, name].join(' ')}\n`;
}
