/** Chromium's trace format ("Trace Event Format"): times in microseconds. */
interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** CPU time of the thread: unlike `dur` it does not grow when the machine is busy with something else. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/** What `taskTimesMs` needs to be traced. */
export const TASK_CATEGORIES = ['toplevel'];

/** CPU times of the tasks that ran on main threads of pages, longest first. */
export function taskTimesMs(trace: Uint8Array): readonly number[] {
  const { traceEvents } = JSON.parse(new TextDecoder().decode(trace)) as { traceEvents: readonly TraceEvent[] };
  const threadOf = ({ pid, tid }: TraceEvent) => `${pid}:${tid}`;
  const mainThreads = new Set(
    traceEvents.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain').map(threadOf),
  );
  return traceEvents
    .filter((event) => event.ph === 'X' && event.name.endsWith('RunTask') && mainThreads.has(threadOf(event)))
    .map(({ tdur = 0 }) => tdur / 1000)
    .sort((a, b) => b - a);
}
