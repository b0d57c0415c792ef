import type { Builtin } from '../execution/builtin.ts';
import { complain } from '../execution/complain.ts';
import { ShellError } from '../shellError.ts';
import type { Shell } from '../state/shell.ts';
import { COMPLETION_OPTIONS, readRule, ruleText } from './completionRule.ts';
import { ruleWords } from './completionWords.ts';
import { usageError } from './options.ts';

/** Rules that are for no command: of any other one, of an empty line, of the first word. */
const SPECIAL = ['D', 'E', 'I'];

/** compgen: what completion would offer. */
export const compgen: Builtin = async (shell, argv) => {
  const { rule, operands } = readRule(shell, argv);
  for (const letter of ['F', 'C'])
    if (rule.values.has(letter))
      await complain(shell, `warning: -${letter} option may not work as you expect`, 'compgen');
  const words = await ruleWords(shell, rule, operands[0] ?? '');
  await shell.print(words.map((word) => `${word}\n`).join(''));
  return words.length > 0 ? 0 : 1;
};

/** complete: how the arguments of a command are completed. */
export const complete: Builtin = async (shell, argv) => {
  const { rule, flags, operands } = readRule(shell, argv);
  const names = [...SPECIAL.filter((letter) => flags.has(letter)).map((letter) => `-${letter}`), ...operands];
  const isAsked = flags.has('p') || argv.length === 1;
  if (flags.has('r')) {
    if (names.length === 0) shell.completions.clear();
    return eachRule(shell, 'complete', names, (name) => void shell.completions.delete(name));
  }
  if (isAsked) {
    const wanted = names.length > 0 ? names : [...shell.completions.keys()];
    return eachRule(shell, 'complete', wanted, (name) => {
      const known = shell.completions.get(name);
      return known && shell.print(ruleText(name, known));
    });
  }
  if (names.length === 0) throw usageError(shell, 'complete', '');
  for (const name of names) shell.completions.set(name, rule);
  return 0;
};

async function eachRule(
  shell: Shell,
  builtin: string,
  names: readonly string[],
  body: (name: string) => unknown,
): Promise<number> {
  let status = 0;
  for (const name of names) {
    if (shell.completions.has(name)) await body(name);
    else {
      await complain(shell, `${name}: no completion specification`, builtin);
      status = 1;
    }
  }
  return status;
}

/** compopt: changes the options of commands' rules, or of the completion that runs its function. */
export const compopt: Builtin = async (shell, argv) => {
  const set = new Set<string>();
  const cleared = new Set<string>();
  let i = 1;
  for (; i < argv.length && /^[-+][oDEI]$/.test(argv[i] as string); i++) {
    const word = argv[i] as string;
    if (word[1] !== 'o') throw new ShellError('command', `${word}: this option is not simulated`, 2);
    const option = argv[++i] ?? '';
    if (!COMPLETION_OPTIONS.includes(option)) throw new ShellError('command', `${option}: invalid option name`, 2);
    (word.startsWith('-') ? set : cleared).add(option);
  }
  const names = argv.slice(i);
  if (names.length === 0) {
    const { runningCompletion } = shell;
    if (!runningCompletion) throw new ShellError('command', 'not currently executing completion function');
    for (const option of set) runningCompletion.add(option);
    for (const option of cleared) runningCompletion.delete(option);
    return 0;
  }
  return eachRule(shell, 'compopt', names, (name) => {
    const rule = shell.completions.get(name);
    if (!rule) return;
    const options = new Set([...rule.options, ...set].filter((option) => !cleared.has(option)));
    shell.completions.set(name, { ...rule, options });
  });
};
