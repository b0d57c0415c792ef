/** Signals of signal(7) with their numbers on most machines. */
export const SIGNALS = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  ILL: 4,
  TRAP: 5,
  ABRT: 6,
  BUS: 7,
  FPE: 8,
  KILL: 9,
  USR1: 10,
  SEGV: 11,
  USR2: 12,
  PIPE: 13,
  ALRM: 14,
  TERM: 15,
  STKFLT: 16,
  CHLD: 17,
  CONT: 18,
  STOP: 19,
  TSTP: 20,
  TTIN: 21,
  TTOU: 22,
  URG: 23,
  XCPU: 24,
  XFSZ: 25,
  VTALRM: 26,
  PROF: 27,
  WINCH: 28,
  IO: 29,
  PWR: 30,
  SYS: 31,
} as const;

export type SignalName = keyof typeof SIGNALS;

const NAMES = new Map<number, SignalName>(
  (Object.entries(SIGNALS) as [SignalName, number][]).map(([name, number]) => [number, name]),
);

export function signalName(number: number): SignalName | undefined {
  return NAMES.get(number);
}

/** `TERM`, `SIGTERM`, `15`, in any case; 0 asks only whether a process is there. Undefined for what is none. */
export function parseSignal(text: string): number | undefined {
  if (/^\d+$/.test(text)) {
    const number = Number(text);
    return number === 0 || NAMES.has(number) || (number >= 34 && number <= 64) ? number : undefined;
  }
  const name = text.toUpperCase().replace(/^SIG/, '');
  const realTime = /^RT(MIN|MAX)(?:([+-])(\d{1,2}))?$/.exec(name);
  if (realTime)
    return realTimeSignal(realTime[1] as 'MIN' | 'MAX', Number(`${realTime[2] ?? ''}${realTime[3] ?? '0'}`));
  return Object.hasOwn(SIGNALS, name) ? SIGNALS[name as SignalName] : undefined;
}

/** `SIGRTMIN+3`: what glibc leaves to programs begins at 34. */
function realTimeSignal(end: 'MIN' | 'MAX', offset: number): number | undefined {
  const number = (end === 'MIN' ? 34 : 64) + offset;
  return number >= 34 && number <= 64 ? number : undefined;
}

/** What a signal does to a process that has not said otherwise (signal(7)). */
export function defaultAction(signal: number): 'terminate' | 'ignore' | 'stop' | 'continue' {
  switch (signal) {
    case SIGNALS.CHLD:
    case SIGNALS.URG:
    case SIGNALS.WINCH:
      return 'ignore';
    case SIGNALS.CONT:
      return 'continue';
    case SIGNALS.STOP:
    case SIGNALS.TSTP:
    case SIGNALS.TTIN:
    case SIGNALS.TTOU:
      return 'stop';
    default:
      return 'terminate';
  }
}
