import { decodeName } from '../../../bytes/byteName.ts';
import * as calls from '../../../shell/kernel/calls.ts';
import type { PipRun } from './pip.ts';
import { failed } from './pipInstall.ts';

/** `pip config set|get|unset|list`: the user's file, one section a part in front of the point. What stands there tells
 *  where a network would be asked, which is not simulated. */
export async function pipConfig({ process, given }: PipRun): Promise<number> {
  const home = process.env.get('XDG_CONFIG_HOME') ?? `${process.env.get('HOME') ?? '/root'}/.config`;
  const path = `${home}/pip/pip.conf`;
  const values = readValues(calls.statIfThere(process, path) ? decodeName(await calls.readFile(process, path)) : '');
  const [what, key = '', value] = given.operands;
  if (what === 'list') {
    for (const [name, text] of values) await process.print(`${name}='${text}'\n`);
    return 0;
  }
  if (what !== 'set' && what !== 'get' && what !== 'unset')
    return failed(process, 'Need an action (get, list, set, unset) to perform.');
  if (what === 'get') {
    const text = values.get(key);
    if (text === undefined) return failed(process, `No such key - ${key}`);
    await process.print(`${text}\n`);
    return 0;
  }
  if (!/^[\w-]+\.[\w-]+$/.test(key) || (what === 'set') !== (value !== undefined))
    return failed(process, `Got unexpected number of arguments, or no key of a section: ${key}`);
  if (what === 'set') values.set(key, value as string);
  else if (!values.delete(key)) return failed(process, `No such key - ${key}`);
  calls.makeDirectories(process, `${home}/pip`);
  await calls.writeFile(process, path, writtenValues(values));
  await process.print(`Writing to ${path}\n`);
  return 0;
}

function readValues(text: string): Map<string, string> {
  const values = new Map<string, string>();
  let section = 'global';
  for (const line of text.split('\n')) {
    section = /^\[(.+)\]$/.exec(line.trim())?.[1] ?? section;
    const [, name, value] = /^([\w-]+)\s*=\s*(.*)$/.exec(line.trim()) ?? [];
    if (name !== undefined) values.set(`${section}.${name}`, value ?? '');
  }
  return values;
}

function writtenValues(values: ReadonlyMap<string, string>): string {
  const sections = new Map<string, string[]>();
  for (const [key, value] of values) {
    const [section = '', name = ''] = key.split('.');
    sections.set(section, [...(sections.get(section) ?? []), `${name} = ${value}\n`]);
  }
  return [...sections].map(([section, lines]) => `[${section}]\n${lines.join('')}\n`).join('');
}
