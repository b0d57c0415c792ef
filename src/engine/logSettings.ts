import type { LogLine } from './containerCalls.ts';
import type { HostConfig } from './containerConfig.ts';
import type { EngineError } from './engineError.ts';
import { goBoolean } from './goBoolean.ts';
import { other } from './messages.ts';

type LogConfig = HostConfig['LogConfig'];

/** Powers of 1000 (docker/go-units, FromHumanSize). */
const UNITS = ['', 'k', 'm', 'g', 't', 'p'];

/** Throws EngineError for what log drivers refuse when a container starts (moby daemon/logger: journald, jsonfilelog). */
export function checkLogSettings({ Type: type, Config: options }: LogConfig): void {
  if (type === 'journald') throw unfit('journald is not enabled on this host');
  if (type !== 'json-file') return;
  const { 'max-size': size, 'max-file': files, compress } = options;
  if (size !== undefined) {
    const sizeBytes = humanSize(size);
    if (sizeBytes === undefined) throw unfit(`invalid size: '${size}'`);
    if (sizeBytes <= 0) throw unfit('max-size must be a positive number');
  }
  if (files !== undefined && !/^[+-]?\d{1,18}$/.test(files))
    throw unfit(`strconv.Atoi: parsing ${JSON.stringify(files)}: invalid syntax`);
  if (files !== undefined && Number(files) < 1) throw unfit('max-file cannot be less than 1');
  if (compress === undefined) return;
  const compresses = goBoolean(compress);
  if (compresses === undefined) throw unfit(`strconv.ParseBool: parsing ${JSON.stringify(compress)}: invalid syntax`);
  if (compresses && (size === undefined || Number(files ?? 1) < 2))
    throw unfit('compress cannot be true when max-file is less than 2 or max-size is not set');
}

function unfit(why: string): EngineError {
  return other('system', `failed to initialize logging driver: ${why}`);
}

function humanSize(text: string): number | undefined {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?) ?([kKmMgGtTpP])?(?:i?[bB])?$/.exec(text) ?? [];
  return number === undefined ? undefined : Number(number) * 1000 ** UNITS.indexOf(unit.toLowerCase());
}

/** Of all lines, those in the files that are left: a new file begins once the last is full, and the oldest goes once
 *  there are too many (moby daemon/logger/loggerutils, LogFile). Cost: the lines. */
export function keptLines(lines: readonly LogLine[], { Type: type, Config: options }: LogConfig): readonly LogLine[] {
  const limitBytes = type === 'json-file' ? humanSize(options['max-size'] ?? '') : undefined;
  if (limitBytes === undefined || limitBytes <= 0) return lines;
  const starts = [0];
  let fileBytes = 0;
  for (const [i, line] of lines.entries()) {
    if (fileBytes >= limitBytes) {
      starts.push(i);
      fileBytes = 0;
    }
    fileBytes += entryBytes(line);
  }
  return lines.slice(starts.at(-Math.max(1, Number(options['max-file'] ?? 1))) ?? 0);
}

/** Of a line as the driver writes it, JSON without blanks. */
function entryBytes({ stream, at, bytes }: LogLine): number {
  let sizeBytes = `{"log":"","stream":"${stream}","time":"${at}"}\n`.length;
  for (const byte of bytes) sizeBytes += byte === 0x0a || byte === 0x22 || byte === 0x5c ? 2 : byte < 0x20 ? 6 : 1;
  return sizeBytes;
}
