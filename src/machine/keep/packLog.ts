import { MemorySource } from '../../bytes/byteSource.ts';
import type { LoggedChunk } from '../../engine/outputLog.ts';
import { decodeDocument, encodeDocument } from './document.ts';
import { type KeptPart, type KeptParts, newPartName, readPart } from './keptMachine.ts';
import { requireShape, type Shape } from './shape.ts';

type Log = readonly LoggedChunk[];

const LOG: Shape = {
  each: {
    fields: {
      stream: { oneOf: ['stdout', 'stderr'] },
      at: { fields: { sec: 'number', nsec: 'number' } },
      bytes: 'bytes',
    },
  },
};

/** Names of logs: one to which nothing was added keeps its name. */
const names = new WeakMap<Log, string>();

/** The part with a container's log; undefined for an empty one. */
export function packLog(log: Log, parts: Map<string, KeptPart>): string | undefined {
  if (log.length === 0) return undefined;
  const name = names.get(log) ?? newPartName('log');
  names.set(log, name);
  const chunks = () => log.map(({ stream, at, bytes }) => ({ stream, at: { sec: at.sec, nsec: at.nsec }, bytes }));
  parts.set(name, { open: async () => new MemorySource(encodeDocument(chunks())) });
  return name;
}

/** Throws KeepError. */
export async function unpackLog(name: string | undefined, parts: KeptParts): Promise<Log> {
  if (name === undefined) return [];
  const log = decodeDocument(await readPart(parts, name), name);
  requireShape(log, LOG, name);
  names.set(log as unknown as Log, name);
  return log as unknown as Log;
}
