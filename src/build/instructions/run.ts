import { BuildError } from '../buildError.ts';
import { csvFields } from '../go/csvFields.ts';
import { parseBoolean } from '../go/numbers.ts';
import { quote } from '../go/quote.ts';
import type { SyntaxNode } from '../parse/syntaxNode.ts';
import { suggestion } from '../suggest.ts';
import { commandLine } from './commandLine.ts';
import { readFlags } from './flags.ts';
import type { Device, RunInstruction } from './instruction.ts';
import { checkMountFlag } from './mount.ts';

export function readRun(node: SyntaxNode): RunInstruction {
  const flags = readFlags(node.flags, {
    device: 'texts',
    mount: 'texts',
    network: 'text',
    security: 'text',
  });
  const devices = flags.texts('device').map(readDevice);
  const mountFlags = flags.texts('mount');
  for (const mount of mountFlags) checkMountFlag(mount);
  return {
    kind: 'RUN',
    command: commandLine(node),
    files: node.heredocs.map(({ name, content, chomp }) => ({ name, data: content, chomp })),
    mountFlags,
    devices,
    network: networkMode(flags.text('network', 'default')),
    security: securityMode(flags.text('security', 'sandbox')),
  };
}

function networkMode(value: string): RunInstruction['network'] {
  if (value === 'default' || value === 'none' || value === 'host') return value;
  throw new BuildError('flag', `invalid network mode ${quote(value)}`);
}

function securityMode(value: string): RunInstruction['security'] {
  if (value === 'sandbox' || value === 'insecure') return value;
  throw new BuildError('flag', `security ${quote(value)} is not valid`);
}

function readDevice(text: string): Device {
  let name = '';
  let required = false;
  for (const field of deviceFields(text)) {
    const at = field.indexOf('=');
    const key = (at < 0 ? field : field.slice(0, at)).toLowerCase();
    const value = at < 0 ? undefined : field.slice(at + 1);
    if (value === undefined && key === 'required') required = true;
    else if (value !== undefined && key === 'name') {
      if (name !== '') throw new BuildError('flag', `device name already set to ${name}`);
      name = value;
    } else if (value !== undefined && key === 'required') {
      const flag = parseBoolean(value);
      if (flag === undefined) throw new BuildError('flag', `invalid value for ${key}: ${value}`);
      required = flag;
    } else if (name === '') name = field;
    else if (value === undefined) throw new BuildError('flag', `invalid field '${field}' must be a key=value pair`);
    else {
      throw new BuildError('flag', `unexpected key '${key}' in '${field}'${suggestion(key, ['name', 'required'])}`);
    }
  }
  return { name, required };
}

function deviceFields(text: string): string[] {
  try {
    return csvFields(text);
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    throw new BuildError('flag', `failed to parse csv devices: ${error.message}`);
  }
}
