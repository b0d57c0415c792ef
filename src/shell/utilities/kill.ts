import type { Process } from '../kernel/process.ts';
import type { Program } from '../kernel/program.ts';
import { parseSignal, SIGNALS, signalName } from '../kernel/signals.ts';
import { maySignal, seenProcesses } from './processTable.ts';
import { signalFrom } from '../kernel/signalFrom.ts';

/** kill(1) of procps and busybox. Its options are signals: no getopt reads them. */
export const kill: Program = async (process) => {
  const words = process.argv.slice(1);
  const [first, second] = words;
  if (first === '-l' || first === '-L' || first === '--list' || first === '--table')
    return list(process, words.slice(1));
  let signal: number = SIGNALS.TERM;
  let operands = words;
  const given = first === undefined ? undefined : signalOption(first, second);
  if (given) {
    const parsed = parseSignal(given.text);
    if (parsed === undefined) {
      const isGnu = process.flavour === 'gnu';
      await process.complain(isGnu ? `unknown signal name ${given.text}` : `bad signal name '${given.text}'`);
      return 1;
    }
    signal = parsed;
    operands = words.slice(given.words);
  }
  if (operands[0] === '--') operands = operands.slice(1);
  if (operands.length === 0) {
    if (process.flavour === 'busybox') await process.complain('you need to specify whom to kill');
    else await process.write(2, `Usage:\n ${process.name} [options] <pid> [...]\n`);
    return 1;
  }
  let status = 0;
  for (const operand of operands) if (!(await send(process, operand, signal))) status = 1;
  return status;
};

function signalOption(first: string, second: string | undefined) {
  if ((first === '-s' || first === '--signal' || first === '-n') && second !== undefined)
    return { text: second, words: 2 };
  const attached = /^(?:--signal=|-s)(.+)$/.exec(first);
  if (attached && !/^-s[A-Za-z]{2,}$/.test(first)) return { text: attached[1] ?? '', words: 1 };
  return /^-[A-Za-z0-9]/.test(first) ? { text: first.slice(1), words: 1 } : undefined;
}

async function list(process: Process, operands: readonly string[]): Promise<number> {
  if (operands.length === 0) {
    const names = Object.keys(SIGNALS);
    const lines =
      process.flavour === 'gnu'
        ? `${names.join(' ')}\n`
        : names.map((name, i) => `${String(i + 1).padStart(2)}) ${name}\n`).join('');
    await process.print(lines);
    return 0;
  }
  for (const operand of operands) {
    const number = parseSignal(operand);
    const shown = /^\d+$/.test(operand) ? signalName(Number(operand) % 128) : number;
    if (shown === undefined) {
      await process.complain(`unknown signal name ${operand}`);
      return 1;
    }
    await process.print(`${shown}\n`);
  }
  return 0;
}

async function send(process: Process, operand: string, signal: number): Promise<boolean> {
  const isGnu = process.flavour === 'gnu';
  if (!/^-?\d{1,9}$/.test(operand)) {
    await process.complain(isGnu ? `failed to parse argument: '${operand}'` : `invalid number '${operand}'`);
    return false;
  }
  const pid = Number(operand);
  const all = seenProcesses(process);
  const group = pid === 0 ? process.group : all.find((seen) => seen.pid === -pid)?.process.group;
  const targets =
    pid > 0
      ? all.filter((seen) => seen.pid === pid)
      : all.filter((seen) => (pid === -1 ? seen.pid !== 1 && seen.process !== process : seen.process.group === group));
  const words = isGnu ? `(${operand}):` : `can't kill pid ${operand}:`;
  if (targets.length === 0) {
    await process.complain(`${words} No such process`);
    return false;
  }
  const allowed = targets.filter((seen) => maySignal(process, seen.process));
  for (const seen of allowed) signalFrom(process, seen.process, signal);
  if (allowed.length > 0) return true;
  await process.complain(`${words} Operation not permitted`);
  return false;
}
