import { readFile } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import type { RecordedArchive } from '../../archive/recordedFacts.ts';
import { CliError } from '../cliError.ts';

/** The entries of DIR/MANIFEST.json, in its order. Throws CliError for what is no such manifest. */
export async function recordedArchives(dir: string): Promise<readonly RecordedArchive[]> {
  const path = join(dir, 'MANIFEST.json');
  const manifest = parse(path, await readFile(path, 'utf8'));
  const entries = isRecord(manifest) ? manifest.entries : undefined;
  if (!Array.isArray(entries)) throw new CliError('wrongKind', `${path}: has no list “entries”`);
  return entries.map((entry, i) => {
    if (!isRecord(entry) || typeof entry.file !== 'string' || !isRecord(entry.expected)) {
      throw new CliError('wrongKind', `${path}: entry ${i} has no “file” or no “expected”`);
    }
    if (!resolve(dir, entry.file).startsWith(resolve(dir) + sep)) {
      throw new CliError('wrongKind', `${path}: entry ${i} leads out of the folder`);
    }
    // The fields below are read one by one and compared: a wrong type there is a failed case, not a crash.
    return entry as unknown as RecordedArchive;
  });
}

function parse(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CliError('wrongKind', `${path}: is no JSON`, error);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
