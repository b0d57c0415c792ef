import { decodeName } from '../../../bytes/byteName.ts';
import * as calls from '../../../shell/kernel/calls.ts';
import type { Process } from '../../../shell/kernel/process.ts';
import { npmError } from './npmInstall.ts';

/** `npm config set|get|delete|list`: the user's .npmrc. What it tells of a network is kept, and no network asked. */
export async function npmConfig(process: Process, [what = 'list', ...rest]: readonly string[]): Promise<number> {
  const path = `${process.env.get('HOME') ?? '/root'}/.npmrc`;
  const text = calls.statIfThere(process, path) ? decodeName(await calls.readFile(process, path)) : '';
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const equals = line.indexOf('=');
    if (equals > 0) values.set(line.slice(0, equals).trim(), line.slice(equals + 1).trim());
  }
  switch (what) {
    case 'get':
      for (const key of rest) await process.print(`${values.get(key) ?? 'undefined'}\n`);
      return 0;
    case 'list':
    case 'ls':
      for (const [key, value] of values) await process.print(`${key} = ${JSON.stringify(value)}\n`);
      return 0;
    case 'set': {
      // `KEY VALUE`, or any number of `KEY=VALUE`.
      const pairs = rest.length === 2 && !rest[0]?.includes('=') ? [`${rest[0]}=${rest[1]}`] : rest;
      for (const pair of pairs) {
        const equals = pair.indexOf('=');
        if (equals < 0) values.set(pair, '');
        else values.set(pair.slice(0, equals), pair.slice(equals + 1));
      }
      break;
    }
    case 'delete':
    case 'rm':
      for (const key of rest) values.delete(key);
      break;
    default:
      return npmError(process, 'EUSAGE', [`config ${what} is not simulated`]);
  }
  await calls.writeFile(process, path, [...values].map(([key, value]) => `${key}=${value}\n`).join(''));
  return 0;
}
