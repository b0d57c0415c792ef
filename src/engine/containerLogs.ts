import type { LogLine, LogOptions } from './containerCalls.ts';
import type { ContainerRecord } from './containerRecord.ts';
import type { ContainerRuntime } from './containerRuntime.ts';
import { keptLines } from './logSettings.ts';
import { other } from './messages.ts';
import { LineSplitter } from './outputLog.ts';

/** `docker logs`: what was written, line by line, and with `follow` what is written until the container ends. */
export async function* containerLogs(
  runtime: ContainerRuntime,
  { hostConfig }: Pick<ContainerRecord, 'hostConfig'>,
  options: LogOptions,
  signal?: AbortSignal,
): AsyncIterable<LogLine> {
  const splitter = new LineSplitter();
  const fits = lineFilter(options);
  const past = runtime.log.since(0);
  const lines = past.chunks.flatMap((chunk) => splitter.add(chunk));
  const isFollowing = options.follow === true && runtime.running !== undefined;
  if (!isFollowing) lines.push(...splitter.finish());
  const shown = keptLines(lines, hostConfig.LogConfig).filter(fits);
  yield* options.tail === undefined ? shown : shown.slice(options.tail === 0 ? shown.length : -options.tail);
  if (!isFollowing) return;
  let position = past.next;
  for (;;) {
    const { running } = runtime;
    const output = running?.output;
    const { chunks, next } = runtime.log.since(position);
    position = next;
    for (const chunk of chunks) for (const line of splitter.add(chunk)) if (fits(line)) yield line;
    if (chunks.length > 0) continue;
    if (!output || output.isClosed || signal?.aborted) break;
    await changeOrAbort(output.change(), signal);
  }
  for (const line of splitter.finish()) if (fits(line)) yield line;
}

/** Throws EngineError where no log is kept. */
export function readable(record: ContainerRecord): ContainerRecord {
  if (record.hostConfig.LogConfig.Type === 'none')
    throw other('notImplemented', 'configured logging driver does not support reading');
  return record;
}

function lineFilter({ wantsStdout, wantsStderr, sinceSec, untilSec }: LogOptions): (line: LogLine) => boolean {
  return ({ stream, atSec }) =>
    (stream === 'stdout' ? wantsStdout : wantsStderr) &&
    (sinceSec === undefined || atSec >= sinceSec) &&
    (untilSec === undefined || untilSec === 0 || atSec <= untilSec);
}

function changeOrAbort(change: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (!signal) return change;
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
    void change.then(resolve);
  });
}
