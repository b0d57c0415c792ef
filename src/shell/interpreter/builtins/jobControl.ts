import { VfsError } from '../../../vfs/vfsError.ts';
import { exitCode, type Process } from '../../kernel/process.ts';
import { parseSignal, SIGNALS, signalName } from '../../kernel/signals.ts';
import { complain, writeError } from '../execution/complain.ts';
import type { Builtin } from '../execution/builtin.ts';
import { waitForeground } from '../execution/foreground.ts';
import { SIGNAL_WORDS } from '../execution/signalWords.ts';
import { conditionName, parseCondition, runPendingTraps, setTrap } from '../execution/traps.ts';
import { singleQuote } from '../expansion/quote.ts';
import { ShellError } from '../shellError.ts';
import { isDone, isStopped, type Job } from '../state/jobs.ts';
import type { Shell } from '../state/shell.ts';
import { andThen as then } from '../waiting.ts';
import { readOptions, usageError } from './options.ts';

/** `%1`, `%+`, `%name`, or a pid; undefined for none. */
function findJob(shell: Shell, text: string): Job | undefined {
  const { jobs } = shell;
  if (!text.startsWith('%')) return jobs.find((job) => job.processes.some(({ pid }) => String(pid) === text));
  const name = text.slice(1);
  if (name === '' || name === '+' || name === '%') return current(shell);
  if (name === '-') return jobs.at(-2) ?? jobs.at(-1);
  if (/^\d+$/.test(name)) return jobs.find(({ number }) => number === Number(name));
  return name.startsWith('?')
    ? jobs.find((job) => job.text.includes(name.slice(1)))
    : jobs.find((job) => job.text.startsWith(name));
}

function current(shell: Shell): Job | undefined {
  return [...shell.jobs].reverse().find(isStopped) ?? shell.jobs.at(-1);
}

function noJob(shell: Shell, text: string): ShellError {
  return new ShellError(
    'command',
    shell.isBash ? `${text}: no such job` : `No such job: ${text}`,
    shell.isBash ? 1 : 2,
  );
}

function statusOf(job: Job): number {
  const { status } = job.processes.at(-1) as Process;
  return status ? exitCode(status) : 0;
}

function forgetJob(shell: Shell, job: Job): void {
  shell.jobs = shell.jobs.filter((other) => other !== job);
  for (const process of job.processes) {
    if (process.status) shell.endedStatuses.set(process.pid, exitCode(process.status));
    shell.process.reap(process);
  }
  // Old ones are not asked for: keep the last few.
  for (const pid of shell.endedStatuses.keys()) {
    if (shell.endedStatuses.size <= 1000) break;
    shell.endedStatuses.delete(pid);
  }
}

export const wait: Builtin = async (shell, argv) => {
  const { flags, values, operands } = readOptions(shell, argv, shell.isBash ? 'fnp:' : '');
  if (flags.has('n')) return waitForNext(shell, operands, values.get('p'));
  if (operands.length === 0) {
    for (const job of [...shell.jobs]) {
      const interrupted = await untilDone(shell, job);
      if (interrupted !== undefined) return interrupted;
      if (shell.isInteractive) await writeError(shell, jobLine(shell, job));
      forgetJob(shell, job);
    }
    return 0;
  }
  let status = 0;
  for (const text of operands) {
    const job = findJob(shell, text);
    if (!job) {
      const known = shell.endedStatuses.get(Number(text));
      if (known !== undefined) {
        status = known;
        continue;
      }
      if (text.startsWith('%')) await complain(shell, noJob(shell, text).message, 'wait');
      else if (!/^\d+$/.test(text))
        await complain(
          shell,
          shell.isBash ? `\`${text}': not a pid or valid job spec` : `Illegal number: ${text}`,
          'wait',
        );
      else if (shell.isBash) await complain(shell, `pid ${text} is not a child of this shell`, 'wait');
      status = /^\d+$|^%/.test(text) ? 127 : shell.isBash ? 1 : 2;
      continue;
    }
    const interrupted = await untilDone(shell, job);
    if (interrupted !== undefined) return interrupted;
    status = statusOf(job);
    if (values.has('p')) shell.variables.set(values.get('p') as string, String(job.pid));
    forgetJob(shell, job);
  }
  return status;
};

/** Waits for a job; the status of a signal that came and has a trap, which ends the wait. */
async function untilDone(shell: Shell, job: Job): Promise<number | undefined> {
  while (!isDone(job)) {
    try {
      await shell.process.waitFor(Promise.all(job.processes.map((process) => process.wait())));
    } catch (error) {
      if (!(error instanceof VfsError) || error.code !== 'EINTR') throw error;
      const signal = shell.pendingSignals[0];
      if (signal === undefined || signal === SIGNALS.CHLD) continue;
      await runPendingTraps(shell);
      return 128 + signal;
    }
  }
  return undefined;
}

async function waitForNext(shell: Shell, operands: readonly string[], variable: string | undefined): Promise<number> {
  const jobs =
    operands.length === 0
      ? shell.jobs
      : operands.map((text) => findJob(shell, text)).filter((job) => job !== undefined);
  if (jobs.length === 0) return 127;
  for (;;) {
    const done = jobs.find(isDone);
    if (done) {
      if (variable !== undefined) shell.variables.set(variable, String(done.pid));
      const status = statusOf(done);
      forgetJob(shell, done);
      return status;
    }
    try {
      await shell.process.waitFor(
        Promise.race(jobs.map((job) => Promise.all(job.processes.map((process) => process.wait())))),
      );
    } catch (error) {
      if (!(error instanceof VfsError) || error.code !== 'EINTR') throw error;
      const signal = shell.pendingSignals[0];
      if (signal === undefined || signal === SIGNALS.CHLD) continue;
      await runPendingTraps(shell);
      return 128 + signal;
    }
  }
}

export const jobs: Builtin = (shell, argv) => {
  const { flags, operands } = readOptions(shell, argv, shell.isBash ? 'lnprsx' : 'lp');
  const wanted =
    operands.length === 0
      ? [...(shell.jobs.length > 0 ? shell.jobs : shell.inheritedJobs)]
      : operands.map((text) => {
          const found = findJob(shell, text);
          if (!found) throw noJob(shell, text);
          return found;
        });
  let text = '';
  for (const job of wanted) {
    if (flags.has('r') && (isDone(job) || isStopped(job))) continue;
    if (flags.has('s') && !isStopped(job)) continue;
    text += flags.has('p') ? `${job.processes[0]?.pid}\n` : jobLine(shell, job, flags.has('l'));
    job.isNotified = true;
  }
  for (const job of wanted) if (isDone(job) && shell.jobs.includes(job)) forgetJob(shell, job);
  return then(shell.print(text), () => 0);
};

export function jobLine(shell: Shell, job: Job, withPid = false): string {
  const mark =
    job === (current(shell) ?? shell.inheritedJobs.at(-1))
      ? '+'
      : job === shell.jobs.filter((other) => other !== current(shell)).at(-1)
        ? '-'
        : ' ';
  const state = stateOf(job);
  const text = state === 'Running' ? `${job.text} &` : job.text;
  if (!shell.isBash) return `[${job.number}] ${mark} ${withPid ? `${job.pid} ` : ''}${state.padEnd(26)} ${job.text}\n`;
  return `[${job.number}]${mark}  ${withPid ? `${job.pid} ` : ''}${state.padEnd(23)} ${text}\n`;
}

function stateOf(job: Job): string {
  if (isStopped(job)) return 'Stopped';
  if (!isDone(job)) return 'Running';
  const { status } = job.processes.at(-1) as Process;
  if (!status) return 'Done';
  if ('signal' in status) return SIGNAL_WORDS[status.signal] ?? `Signal ${status.signal}`;
  return status.code === 0 ? 'Done' : `Exit ${status.code}`;
}

/** Tells an interactive user of jobs that ended, and forgets them. */
export async function notifyJobs(shell: Shell): Promise<void> {
  for (const job of [...shell.jobs]) {
    if (!isDone(job)) continue;
    if (shell.isInteractive && !job.isNotified) await writeError(shell, jobLine(shell, job));
    forgetJob(shell, job);
  }
}

export const fg: Builtin = async (shell, argv) => {
  const job = resumable(shell, argv[1] ?? '%+', argv[0] as string);
  shell.jobs = shell.jobs.filter((other) => other !== job);
  const { terminal } = shell.process;
  if (terminal) terminal.foregroundGroup = job.group;
  await shell.print(`${job.text}\n`);
  for (const process of job.processes) process.kill(SIGNALS.CONT);
  return waitForeground(shell, job.processes, job.text);
};

export const bg: Builtin = async (shell, argv) => {
  const job = resumable(shell, argv[1] ?? '%+', argv[0] as string);
  for (const process of job.processes) process.kill(SIGNALS.CONT);
  await shell.print(`[${job.number}]+ ${job.text} &\n`);
  return 0;
};

function resumable(shell: Shell, text: string, name: string): Job {
  if (!shell.options.has('monitor'))
    throw new ShellError('command', shell.isBash ? 'no job control' : `job ${text} not created under job control`);
  const job = findJob(shell, text);
  if (!job)
    throw text === '%+'
      ? new ShellError('command', shell.isBash ? 'current: no such job' : 'No current job')
      : noJob(shell, text);
  void name;
  return job;
}

export const disown: Builtin = (shell, argv) => {
  const { flags, operands } = readOptions(shell, argv, 'ahr');
  if (flags.has('h')) return 0;
  const gone = flags.has('a')
    ? [...shell.jobs]
    : operands.length === 0
      ? [current(shell)]
      : operands.map((text) => findJob(shell, text));
  for (const job of gone) {
    if (!job) throw new ShellError('command', `${operands[0] ?? 'current'}: no such job`);
    shell.jobs = shell.jobs.filter((other) => other !== job);
  }
  return 0;
};

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
  if (pid < 0 || pid === 0) {
    const leader = pid === 0 ? undefined : namespaces.pids.processes.get(-pid);
    const group = pid === 0 ? shell.process.group : leader?.group;
    if (group !== undefined && kernel.killGroup(group, signal)) return true;
  } else {
    const target = namespaces.pids.processes.get(pid);
    if (target && mayKill(shell, target)) {
      target.kill(signal);
      return true;
    }
    if (target) {
      await complain(shell, shell.isBash ? `(${pid}) - Operation not permitted` : 'Operation not permitted', 'kill');
      return false;
    }
  }
  if (shell.dialect === 'ash') await writeError(shell, `${shell.title}: can't kill pid ${pid}: No such process\n`);
  else await complain(shell, shell.isBash ? `(${pid}) - No such process` : 'No such process\n', 'kill');
  return false;
}

function mayKill(shell: Shell, target: Process): boolean {
  const { uid } = shell.process.credentials;
  return uid === 0 || uid === target.credentials.uid;
}

async function listSignals(shell: Shell, words: readonly string[]): Promise<number> {
  if (words.length > 0) {
    for (const word of words) {
      const number = parseSignal(/^\d+$/.test(word) && Number(word) > 128 ? String(Number(word) - 128) : word);
      if (number === undefined) {
        await complain(shell, `${word}: invalid signal specification`, 'kill');
        return 1;
      }
      await shell.print(`${/^\d+$/.test(word) ? signalName(number) : number}\n`);
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
  return [...shell.traps]
    .filter(([key]) => !wanted || wanted.has(key))
    .sort(([a], [b]) => (typeof a === 'number' ? a : (ORDER[a] ?? 0)) - (typeof b === 'number' ? b : (ORDER[b] ?? 0)))
    .map(([key, action]) => `trap -- ${singleQuote(action)} ${conditionName(key, shell.isBash)}\n`)
    .join('');
}

export const times: Builtin = (shell) => then(shell.print('0m0.000s 0m0.000s\n0m0.000s 0m0.000s\n'), () => 0);

/** Letter, words, unit, and what the simulated machine allows. */
const LIMITS: readonly (readonly [string, string, string, string])[] = [
  ['R', 'real-time non-blocking time', '(microseconds, -R)', 'unlimited'],
  ['c', 'core file size', '(blocks, -c)', '0'],
  ['d', 'data seg size', '(kbytes, -d)', 'unlimited'],
  ['e', 'scheduling priority', '(-e)', '0'],
  ['f', 'file size', '(blocks, -f)', 'unlimited'],
  ['i', 'pending signals', '(-i)', '63389'],
  ['l', 'max locked memory', '(kbytes, -l)', '8192'],
  ['m', 'max memory size', '(kbytes, -m)', 'unlimited'],
  ['n', 'open files', '(-n)', '1024'],
  ['p', 'pipe size', '(512 bytes, -p)', '8'],
  ['q', 'POSIX message queues', '(bytes, -q)', '819200'],
  ['r', 'real-time priority', '(-r)', '0'],
  ['s', 'stack size', '(kbytes, -s)', '8192'],
  ['t', 'cpu time', '(seconds, -t)', 'unlimited'],
  ['u', 'max user processes', '(-u)', '63389'],
  ['v', 'virtual memory', '(kbytes, -v)', 'unlimited'],
  ['x', 'file locks', '(-x)', 'unlimited'],
];

export const ulimit: Builtin = (shell, argv) => {
  const { flags, operands } = readOptions(shell, argv, `HSa${LIMITS.map(([letter]) => letter).join('')}`);
  const limitOf = (letter: string, usual: string): string => shell.limits.get(letter) ?? usual;
  if (flags.has('a')) {
    const text = LIMITS.map(
      ([name, words, unit, usual]) => `${words.padEnd(40 - unit.length)}${unit} ${limitOf(name, usual)}\n`,
    ).join('');
    return then(shell.print(text), () => 0);
  }
  const letter = [...flags].find((flag) => flag !== 'H' && flag !== 'S') ?? 'f';
  const row = LIMITS.find(([name]) => name === letter);
  const value = operands[0];
  if (value === undefined) return then(shell.print(`${limitOf(letter, row?.[3] ?? 'unlimited')}\n`), () => 0);
  if (!/^(?:\d+|unlimited|hard|soft)$/.test(value))
    throw new ShellError('command', shell.isBash ? `${value}: invalid number` : 'bad number', shell.isBash ? 1 : 2);
  shell.limits.set(letter, value);
  return 0;
};
