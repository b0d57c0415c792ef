/** Signals by name without `SIG` (moby sys/signal, Linux). */
const NAMES = new Set(
  (
    'ABRT ALRM BUS CHLD CLD CONT FPE HUP ILL INT IO IOT KILL PIPE POLL PROF PWR QUIT SEGV STKFLT STOP SYS TERM TRAP TSTP ' +
    'TTIN TTOU URG USR1 USR2 VTALRM WINCH XCPU XFSZ RTMIN RTMAX'
  ).split(' '),
);
for (let offset = 1; offset <= 15; offset++) NAMES.add(`RTMIN+${offset}`);
for (let offset = 1; offset <= 14; offset++) NAMES.add(`RTMAX-${offset}`);

export function isSignal(text: string): boolean {
  if (/^[+-]?[0-9]{1,18}$/.test(text)) return Number(text) !== 0;
  return NAMES.has(text.toUpperCase().replace(/^SIG/, ''));
}
