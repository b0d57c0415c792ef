import { maySignal } from '../../kernel/processCredentials.ts';
import { parseSignal, SIGNALS, signalName } from '../../kernel/signals.ts';
import type { Builtin } from '../execution/builtin.ts';
import { complain, writeError } from '../execution/complain.ts';
import { conditionName, parseCondition, setTrap } from '../execution/traps.ts';
import { singleQuote } from '../expansion/quote.ts';
import { ShellError } from '../shellError.ts';
import type { Shell } from '../state/shell.ts';
import { findJob, noJob } from './jobControl.ts';
import { readOptions, usageError } from './options.ts';
import { signalFrom } from '../../kernel/signalFrom.ts';

export const kill: Builtin = async (shell, argv) => {
  const words = argv.slice(1);
  let signal: number | undefined = SIGNALS.TERM;
  const first = words[0];
  if (first === '-l' || first === '-L') return listSignals(shell, words.slice(1));
  if (first === '-s' || first === '-n') {
    signal = parseSignal(words[1] ?? '');
    if (signal === undefined) throw badSignal(shell, words[1] ?? '');
    words.splice(0, 2);
  } else if (first?.startsWith('-') && first !== '--' && first.length > 1) {
    signal = parseSignal(first.slice(1));
    if (signal === undefined) throw badSignal(shell, first.slice(1));
    words.shift();
  }
  if (words[0] === '--') words.shift();
  if (words.length === 0) throw killUsage(shell);
  let status = 0;
  for (const word of words) if (!(await send(shell, word, signal))) status = 1;
  if (shell.process.isDue) await shell.process.pause();
  return status;
};

function killUsage(shell: Shell): ShellError {
  return shell.isBash
    ? usageError(
        shell,
        'kill',
        'usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]',
      )
    : new ShellError(
        'command',
        'Usage: kill [-s sigspec | -signum | -sigspec] [pid | job]... or\nkill -l [exitstatus]',
        2,
      );
}

function badSignal(shell: Shell, text: string): ShellError {
  if (shell.isBash) return new ShellError('command', `${text}: invalid signal specification`);
  return new ShellError(
    'command',
    shell.dialect === 'ash' ? `bad signal name '${text}'` : `Illegal option -${text[0] ?? ''}`,
    shell.dialect === 'dash' ? 2 : 1,
  );
}

async function send(shell: Shell, word: string, signal: number): Promise<boolean> {
  const { kernel, namespaces } = shell.process;
  if (word.startsWith('%')) {
    const job = findJob(shell, word);
    if (!job) {
      await complain(shell, noJob(shell, word).message, 'kill');
      return false;
    }
    for (const process of job.processes) process.kill(signal);
    return true;
  }
  if (!/^-?\d+$/.test(word)) {
    await complain(
      shell,
      shell.isBash ? `${word}: arguments must be process or job IDs` : `Illegal number: ${word}`,
      'kill',
    );
    return false;
  }
  const pid = Number(word);
  let why = 'No such process';
  if (pid < 0 || pid === 0) {
    const leader = pid === 0 ? undefined : namespaces.pids.processes.get(-pid);
    const group = pid === 0 ? shell.process.group : leader?.group;
    if (group !== undefined && kernel.killGroup(group, signal)) return true;
  } else {
    const target = namespaces.pids.processes.get(pid);
    if (target && maySignal(shell.process.credentials, target.credentials)) {
      signalFrom(shell.process, target, signal);
      return true;
    }
    if (target) why = 'Operation not permitted';
  }
  if (shell.dialect === 'ash') await writeError(shell, `${shell.title}: can't kill pid ${pid}: ${why}\n`);
  else await complain(shell, shell.isBash ? `(${pid}) - ${why}` : `${why}\n`, 'kill');
  return false;
}

function unknownSignal(shell: Shell, word: string): string {
  if (shell.isBash) return `${word}: invalid signal specification`;
  return shell.dialect === 'dash' ? `Illegal number: ${word}` : `unknown signal '${word}'`;
}

async function listSignals(shell: Shell, words: readonly string[]): Promise<number> {
  if (words.length > 0) {
    for (const word of words) {
      const isNumber = /^\d+$/.test(word);
      // dash takes numbers only.
      const number =
        !isNumber && shell.dialect === 'dash'
          ? undefined
          : parseSignal(isNumber && Number(word) > 128 ? String(Number(word) - 128) : word);
      if (number === undefined) {
        if (shell.dialect === 'ash') await writeError(shell, `${shell.title}: ${unknownSignal(shell, word)}\n`);
        else await complain(shell, unknownSignal(shell, word), 'kill');
        return shell.dialect === 'dash' ? 2 : 1;
      }
      await shell.print(`${isNumber ? signalName(number) : number}\n`);
    }
    return 0;
  }
  const names = Array.from({ length: 64 }, (_, i) => i + 1).flatMap((number) => {
    const name = signalName(number) ?? realTimeName(number);
    return name === undefined ? [] : [{ number, name }];
  });
  if (!shell.isBash) {
    await shell.print(names.map(({ name }) => `${name}\n`).join(''));
    return 0;
  }
  let text = '';
  names.forEach(({ number, name }, i) => {
    text += `${String(number).padStart(2)}) SIG${name}${i % 5 === 4 || i === names.length - 1 ? '\n' : '\t'}`;
  });
  await shell.print(text);
  return 0;
}

function realTimeName(number: number): string | undefined {
  if (number < 34) return undefined;
  if (number <= 49) return number === 34 ? 'RTMIN' : `RTMIN+${number - 34}`;
  return number === 64 ? 'RTMAX' : `RTMAX-${64 - number}`;
}

export const trap: Builtin = async (shell, argv) => {
  const { flags, operands } = readOptions(
    shell,
    argv[1] === '-' ? [argv[0] as string, '--', ...argv.slice(1)] : argv,
    shell.isBash ? 'lp' : '',
  );
  if (flags.has('l')) return listSignals(shell, []);
  if (operands.length === 0 || flags.has('p')) {
    await shell.print(listTraps(shell, operands));
    return 0;
  }
  const isReset = operands.length === 1 || operands[0] === '-' || /^\d+$/.test(operands[0] as string);
  const [action, ...rest] = operands;
  const conditions = operands[0] === '-' ? rest : isReset ? operands : rest;
  let status = 0;
  for (const text of conditions) {
    const key = parseCondition(text, shell.isBash);
    if (key === undefined) {
      const words = shell.dialect === 'dash' ? `${text}: bad trap` : `${text}: invalid signal specification`;
      if (shell.dialect === 'dash') await writeError(shell, `trap: ${words}\n`);
      else await complain(shell, words, 'trap');
      status = 1;
      continue;
    }
    setTrap(shell, key, isReset ? undefined : action);
    if (key === 'ERR') shell.errTrapDepth = shell.functionDepth;
  }
  return status;
};

const ORDER: Readonly<Record<string, number>> = { EXIT: -1, DEBUG: 1000, ERR: 1001, RETURN: 1002 };

function listTraps(shell: Shell, names: readonly string[]): string {
  const wanted = names.length > 0 ? new Set(names.map((name) => parseCondition(name, shell.isBash))) : undefined;
  return [...(shell.listedTraps ?? shell.traps)]
    .filter(([key]) => !wanted || wanted.has(key))
    .sort(([a], [b]) => (typeof a === 'number' ? a : (ORDER[a] ?? 0)) - (typeof b === 'number' ? b : (ORDER[b] ?? 0)))
    .map(([key, action]) => `trap -- ${singleQuote(action)} ${conditionName(key, shell.isBash)}\n`)
    .join('');
}
