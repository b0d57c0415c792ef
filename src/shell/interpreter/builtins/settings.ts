import { evaluateArithmetic } from '../arithmetic/evaluate.ts';
import { complain } from '../execution/complain.ts';
import type { Builtin } from '../execution/builtin.ts';
import { singleQuote } from '../expansion/quote.ts';
import { ShellError } from '../shellError.ts';
import { DASH_OPTIONS, SET_OPTIONS, SHELL_OPTIONS, type SetOption } from '../state/options.ts';
import type { Shell } from '../state/shell.ts';
import { each, andThen as then } from '../waiting.ts';
import { showVariables } from './declare.ts';
import { badOption, IDENTIFIER, readOptions, usageError } from './options.ts';

const BY_LETTER = new Map<string, SetOption>(
  Object.entries(SET_OPTIONS)
    .filter(([, letter]) => letter !== '')
    .map(([name, letter]) => [letter, name as SetOption]),
);

export const set: Builtin = (shell, argv) => {
  if (argv.length === 1) return showVariables(shell);
  let i = 1;
  for (; i < argv.length; i++) {
    const word = argv[i] as string;
    if (word === '--') {
      shell.positional = argv.slice(i + 1);
      return 0;
    }
    if (word === '-') {
      shell.options.delete('xtrace');
      shell.options.delete('verbose');
      if (i + 1 < argv.length) shell.positional = argv.slice(i + 1);
      return 0;
    }
    if (!/^[-+]/.test(word) || word === '+') break;
    for (const letter of word.slice(1)) {
      if (letter === 'o') {
        const name = argv[i + 1];
        if (name === undefined || (!shell.isBash && /^[-+]/.test(name)))
          return showOptions(shell, word.startsWith('+'));
        i++;
        setOption(shell, name, word.startsWith('-'));
      } else if (!setLetter(shell, letter, word.startsWith('-'))) throw badOption(shell, 'set', letter);
    }
  }
  if (i < argv.length) shell.positional = argv.slice(i);
  return 0;
};

/** Whether there is such an option. */
export function setLetter(shell: Shell, letter: string, isOn: boolean): boolean {
  const name = BY_LETTER.get(letter);
  if (!name || (!shell.isBash && !Object.values(DASH_OPTIONS).includes(letter))) return false;
  turn(shell, name, isOn);
  return true;
}

function turn(shell: Shell, name: SetOption, isOn: boolean): void {
  if (isOn) shell.options.add(name);
  else shell.options.delete(name);
  if (name === 'posix') shell.shopt.set('expand_aliases', isOn || shell.isInteractive);
}

export function setOption(shell: Shell, name: string, isOn: boolean): void {
  const isKnown =
    Object.hasOwn(SET_OPTIONS, name) &&
    (shell.isBash || Object.hasOwn(DASH_OPTIONS, name) || (name === 'pipefail' && shell.dialect === 'ash'));
  if (!isKnown) {
    if (shell.dialect === 'dash') throw new ShellError('command', `Illegal option -o ${name}`, 2);
    if (shell.dialect === 'ash') throw new ShellError('command', `illegal option -o ${name}`, 1);
    throw new ShellError('command', `${name}: invalid option name`, 2);
  }
  turn(shell, name as SetOption, isOn);
}

function showOptions(shell: Shell, asCommands: boolean) {
  const names = shell.isBash ? Object.keys(SET_OPTIONS).sort() : Object.keys(DASH_OPTIONS);
  let text = shell.isBash || asCommands ? '' : 'Current option settings\n';
  for (const name of names) {
    const isOn =
      shell.options.has(name as SetOption) ||
      (name === 'interactive' && shell.isInteractive) ||
      (name === 'stdin' && shell.readsStdin);
    if (asCommands) text += `set ${isOn ? '-' : '+'}o ${name}\n`;
    else if (shell.isBash) text += `${name.padEnd(15)}\t${isOn ? 'on' : 'off'}\n`;
    else text += `${name.padEnd(16)}${isOn ? 'on' : 'off'}\n`;
  }
  return then(shell.print(text), () => 0);
}

export const shopt: Builtin = (shell, argv) => {
  const { flags, operands } = readOptions(shell, argv, 'pqsuo');
  if (flags.has('s') && flags.has('u'))
    throw new ShellError('command', 'cannot set and unset shell options simultaneously');
  const isSetOption = flags.has('o');
  const isKnown = (name: string): boolean =>
    isSetOption ? Object.hasOwn(SET_OPTIONS, name) : Object.hasOwn(SHELL_OPTIONS, name);
  const isOn = (name: string): boolean => (isSetOption ? shell.options.has(name as SetOption) : shell.isSet(name));
  let status = 0;
  const names =
    operands.length > 0 ? operands : [...(isSetOption ? Object.keys(SET_OPTIONS) : Object.keys(SHELL_OPTIONS))].sort();
  return then(
    each(names, (name) => {
      if (!isKnown(name)) {
        status = 1;
        return complain(shell, `${name}: invalid ${isSetOption ? 'option name' : 'shell option name'}`, 'shopt');
      }
      if (operands.length > 0 && (flags.has('s') || flags.has('u'))) {
        if (isSetOption) turn(shell, name as SetOption, flags.has('s'));
        else shell.shopt.set(name, flags.has('s'));
        if (name === 'expand_aliases') shell.aliasVersion++;
        return undefined;
      }
      const on = isOn(name);
      if (operands.length > 0 && !on) status = 1;
      if (operands.length === 0 && ((flags.has('s') && !on) || (flags.has('u') && on))) return undefined;
      if (flags.has('q')) return undefined;
      if (flags.has('p'))
        return shell.print(isSetOption ? `set ${on ? '-' : '+'}o ${name}\n` : `shopt ${on ? '-s' : '-u'} ${name}\n`);
      return shell.print(`${name.padEnd(15)}\t${on ? 'on' : 'off'}\n`);
    }),
    () => status,
  );
};

export const let_: Builtin = (shell, argv) => {
  if (argv.length < 2) throw new ShellError('command', 'expression expected');
  let value: number | bigint = 0;
  try {
    for (const expression of argv.slice(1)) value = evaluateArithmetic(shell, expression, shell.isBash ? '' : 'let');
  } catch (error) {
    if (error instanceof ShellError && error.code === 'expansion' && error.status !== 127)
      throw new ShellError('command', error.message);
    throw error;
  }
  return value === 0 || value === 0n ? 1 : 0;
};

export const alias: Builtin = (shell, argv) => {
  const { operands } = shell.isBash ? readOptions(shell, argv, 'p') : { operands: argv.slice(1) };
  const shown = (name: string): string =>
    `${shell.isBash ? 'alias ' : ''}${name}=${singleQuote(shell.aliases.get(name) ?? '')}\n`;
  if (operands.length === 0) return then(shell.print([...shell.aliases.keys()].sort().map(shown).join('')), () => 0);
  let status = 0;
  return then(
    each(operands, (word) => {
      const equals = word.indexOf('=', 1);
      if (equals > 0) {
        shell.aliases.set(word.slice(0, equals), word.slice(equals + 1));
        shell.aliasVersion++;
        return undefined;
      }
      if (shell.aliases.has(word)) return shell.print(shown(word));
      status = 1;
      return shell.isBash
        ? complain(shell, `${word}: not found`, 'alias')
        : shell.process.write(2, `alias: ${word} not found\n`);
    }),
    () => status,
  );
};

export const unalias: Builtin = (shell, argv) => {
  const { flags, operands } = readOptions(shell, argv, 'a');
  shell.aliasVersion++;
  if (flags.has('a')) {
    shell.aliases.clear();
    return 0;
  }
  if (operands.length === 0 && shell.isBash) throw usageError(shell, 'unalias', 'usage: unalias [-a] name [name ...]');
  let status = 0;
  return then(
    each(operands, (name) => {
      if (shell.aliases.delete(name)) return undefined;
      status = 1;
      return shell.isBash ? complain(shell, `${name}: not found`, 'unalias') : undefined;
    }),
    () => status,
  );
};

export const getopts: Builtin = (shell, argv) => {
  const [, letters, name, ...given] = argv;
  if (letters === undefined || name === undefined) {
    throw new ShellError(
      'command',
      shell.isBash ? 'usage: getopts optstring name [arg ...]' : 'Usage: getopts optstring var [arg]',
      2,
    );
  }
  const words = argv.length > 3 ? given : shell.positional;
  const isQuiet = letters.startsWith(':');
  const { variables } = shell;
  let index = Math.max(1, Number(variables.get('OPTIND') ?? 1) || 1);
  if (index === 1 && shell.optionIndex !== 1) shell.optionOffset = 1;
  const word = words[index - 1];
  const finish = (letter: string, status: number): number => {
    variables.set('OPTIND', String(index));
    shell.optionIndex = index;
    if (!IDENTIFIER.test(name)) throw new ShellError('command', `\`${name}': not a valid identifier`);
    variables.set(name, letter);
    return status;
  };
  if (word === undefined || !word.startsWith('-') || word === '-' || word === '--') {
    if (word === '--') index++;
    shell.optionOffset = 1;
    unsetArgument();
    return finish('?', 1);
  }
  const letter = word[shell.optionOffset] as string;
  const at = letter === ':' ? -1 : letters.indexOf(letter, isQuiet ? 1 : 0);
  shell.optionOffset++;
  const isWordDone = shell.optionOffset >= word.length;
  if (at < 0) {
    if (isWordDone) nextWord();
    if (isQuiet) {
      variables.set('OPTARG', letter);
      return finish('?', 0);
    }
    unsetArgument();
    return then(tell(`illegal option -- ${letter}`, `Illegal option -${letter}`), () => finish('?', 0)) as number;
  }
  if (letters[at + 1] !== ':') {
    if (isWordDone) nextWord();
    unsetArgument();
    return finish(letter, 0);
  }
  let value: string | undefined = isWordDone ? undefined : word.slice(shell.optionOffset);
  nextWord();
  if (value === undefined) {
    value = words[index - 1];
    if (value !== undefined) index++;
  }
  if (value !== undefined) {
    variables.set('OPTARG', value);
    return finish(letter, 0);
  }
  if (isQuiet) {
    variables.set('OPTARG', letter);
    return finish(':', 0);
  }
  unsetArgument();
  return then(tell(`option requires an argument -- ${letter}`, `No arg for -${letter} option`), () =>
    finish('?', 0),
  ) as number;

  function nextWord(): void {
    index++;
    shell.optionOffset = 1;
  }
  function unsetArgument(): void {
    if (variables.find('OPTARG')) variables.unset('OPTARG');
  }
  function tell(bash: string, posix: string) {
    if (variables.get('OPTERR') === '0') return undefined;
    return shell.process.write(2, shell.isBash ? `${shell.scriptName ?? shell.name}: ${bash}\n` : `${posix}\n`);
  }
};

export const umask: Builtin = (shell, argv) => {
  const { flags, operands } = readOptions(shell, argv, shell.isBash ? 'pS' : 'S');
  const { process } = shell;
  const current = process.credentials.umask;
  const text = operands[0];
  if (text === undefined) {
    const shown = flags.has('S') ? symbolic(current) : current.toString(8).padStart(4, '0');
    return then(shell.print(`${flags.has('p') ? `umask ${flags.has('S') ? '-S ' : ''}` : ''}${shown}\n`), () => 0);
  }
  const mask = /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) & 0o777 : symbolicMask(shell, text, current);
  process.credentials = { ...process.credentials, umask: mask };
  return flags.has('S') ? then(shell.print(`${symbolic(mask)}\n`), () => 0) : 0;
};

function symbolic(mask: number): string {
  const letters = (bits: number): string => `${bits & 4 ? '' : 'r'}${bits & 2 ? '' : 'w'}${bits & 1 ? '' : 'x'}`;
  return `u=${letters((mask >> 6) & 7)},g=${letters((mask >> 3) & 7)},o=${letters(mask & 7)}`;
}

function symbolicMask(shell: Shell, text: string, current: number): number {
  if (/^\d/.test(text)) {
    const words = shell.isBash
      ? `${text}: octal number out of range`
      : shell.dialect === 'ash'
        ? `illegal mode: ${text}`
        : `Illegal number: ${text}`;
    throw new ShellError('command', words, shell.isBash ? 1 : 2);
  }
  let allowed = ~current & 0o777;
  for (const clause of text.split(',')) {
    const match = /^([ugoa]*)([-+=])([rwx]*)$/.exec(clause);
    if (!match) throw new ShellError('command', `\`${text[0]}': invalid symbolic mode operator`);
    const [, who = '', operator, permissions = ''] = match;
    let bits = 0;
    for (const letter of permissions) bits |= letter === 'r' ? 4 : letter === 'w' ? 2 : 1;
    const people = who === '' || who.includes('a') ? 'ugo' : who;
    for (const person of people) {
      const shift = person === 'u' ? 6 : person === 'g' ? 3 : 0;
      if (operator === '+') allowed |= bits << shift;
      else if (operator === '-') allowed &= ~(bits << shift);
      else allowed = (allowed & ~(7 << shift)) | (bits << shift);
    }
  }
  return ~allowed & 0o777;
}
