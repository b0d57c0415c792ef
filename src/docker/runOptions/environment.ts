import { readFile } from '../../shell/kernel/calls.ts';
import type { Process } from '../../shell/kernel/process.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { ClientError, fileErrorText, textOf } from '../client.ts';

const MAX_FILE_BYTES = 1 << 20;
const BLANK = /[\s]/;

/** Variables of files and of the command line, in that order. A name alone takes the client's own value; where there is
 *  none, that of a file is left out, and that of the command line stays a name: it takes the image's value away. Throws
 *  ClientError. */
export async function readEnvironment(
  process: Process,
  files: readonly string[],
  given: readonly string[],
): Promise<string[]> {
  const inherited = (name: string) => process.env.get(name);
  const variables: string[] = [];
  for (const file of files) variables.push(...(await readPairs(process, file, inherited)));
  for (const variable of given) {
    if (variable.includes('=')) variables.push(variable);
    else {
      const value = inherited(variable);
      variables.push(value === undefined ? variable : `${variable}=${value}`);
    }
  }
  return variables;
}

/** Labels of files and of the command line. On the line a name alone has an empty value; in a file it is left out. */
export async function readLabels(
  process: Process,
  files: readonly string[],
  given: readonly string[],
): Promise<Record<string, string>> {
  const pairs: string[] = [];
  for (const file of files) pairs.push(...(await readPairs(process, file, undefined)));
  pairs.push(...given);
  return Object.fromEntries(
    pairs.map((pair) => {
      const equals = pair.indexOf('=');
      return equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
    }),
  );
}

// A file of `NAME=value` lines; `#` begins a comment, blanks before a name do not count.
async function readPairs(
  process: Process,
  path: string,
  inherited: ((name: string) => string | undefined) | undefined,
): Promise<string[]> {
  let text: string;
  try {
    text = textOf(await readFile(process, path, MAX_FILE_BYTES));
  } catch (error) {
    if (error instanceof VfsError) throw new ClientError(fileErrorText(error, 'open'));
    throw error;
  }
  const pairs: string[] = [];
  for (const raw of text.replace(/^\ufeff/, '').split('\n')) {
    const line = raw.replace(/\r$/, '').trimStart();
    if (line === '' || line.startsWith('#')) continue;
    const equals = line.indexOf('=');
    const name = (equals < 0 ? line : line.slice(0, equals)).trimStart();
    if (BLANK.test(name)) {
      throw new ClientError(`invalid env file (${path}): variable '${name}' contains whitespaces`);
    }
    if (name === '') throw new ClientError(`invalid env file (${path}): no variable name on line '${line}'`);
    if (equals >= 0) pairs.push(`${name}${line.slice(equals)}`);
    else {
      const value = inherited?.(name);
      if (value !== undefined) pairs.push(`${name}=${value}`);
    }
  }
  return pairs;
}
