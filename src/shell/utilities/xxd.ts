import type { Process } from '../kernel/process.ts';
import type { Program } from '../kernel/program.ts';
import { UsageError } from './options.ts';
import { readWhole } from './readWhole.ts';
import { eachInput, type TextInput } from './textInput.ts';
import { utility } from './utility.ts';

/** xxd(1): dumps, and makes bytes of dumps again. */
export const xxd: Program = utility(
  {
    usage: '[OPTION]... [FILE]',
    options: {
      bits: '-b -bits',
      columns: '-c --cols=N',
      group: '-g --groupsize=N',
      include: '-i --include',
      length: '-l --len=N',
      plain: '-p --ps --postscript --plain',
      reverse: '-r --revert',
      seek: '-s --seek=N',
      upper: '-u --uppercase',
    },
    notSimulated: '-a -C -d -e -E -n=NAME -o=OFFSET',
    version: '2022-01-14 by Juergen Weigert et al.',
    rewrite: (given) =>
      given.map((argument) =>
        argument === '-ps' ? '-p' : /^-(cols|len|seek)$/.test(argument) ? `-${argument}` : argument,
      ),
  },
  (process, options) => {
    const number = (name: 'columns' | 'group' | 'length' | 'seek') => {
      const text = options.value(name);
      if (text === undefined) return undefined;
      const value = /^0x[0-9a-f]+$/i.test(text) || /^[-+]?\d+$/.test(text) ? Number(text) : Number.NaN;
      if (Number.isNaN(value)) throw new UsageError('operand', `invalid number ${text}`, { bare: true });
      return value;
    };
    const form = options.has('plain')
      ? 'plain'
      : options.has('bits')
        ? 'bits'
        : options.has('include')
          ? 'include'
          : 'dump';
    const columns = number('columns') ?? { plain: 30, bits: 6, include: 12, dump: 16 }[form];
    if (columns < 0 || columns > 4096)
      throw new UsageError('operand', 'invalid number of columns (max. 4096).', { bare: true });
    return eachInput(
      process,
      options.operands.slice(0, 1),
      async (input) => {
        if (options.has('reverse')) return reverse(process, input, form === 'plain');
        const all = await readWhole(process, input);
        const seek = number('seek') ?? 0;
        const start = seek < 0 ? Math.max(0, all.length + seek) : seek;
        const bytes = all.subarray(start, start + (number('length') ?? all.length));
        const group = number('group') ?? (form === 'bits' ? 1 : 2);
        return dump(process, bytes, {
          form,
          columns: columns || bytes.length || 1,
          group: group || columns,
          start,
          isUpper: options.has('upper'),
          name: input.operand,
        });
      },
      { failureStatus: 2 },
    );
  },
);

interface Form {
  readonly form: 'plain' | 'bits' | 'include' | 'dump';
  readonly columns: number;
  readonly group: number;
  readonly start: number;
  readonly isUpper: boolean;
  readonly name: string;
}

async function dump(process: Process, bytes: Uint8Array, form: Form): Promise<void> {
  if (form.form === 'include') return include(process, bytes, form);
  for (let at = 0; at < bytes.length; at += form.columns) {
    const line = bytes.subarray(at, at + form.columns);
    await process.print(
      form.form === 'plain' ? `${[...line].map((byte) => hex(byte, form)).join('')}\n` : dumpLine(line, at, form),
    );
    if (process.isDue) await process.pause();
  }
}

function hex(byte: number, { isUpper, form }: Form): string {
  const text = form === 'bits' ? byte.toString(2).padStart(8, '0') : byte.toString(16).padStart(2, '0');
  return isUpper ? text.toUpperCase() : text;
}

function dumpLine(line: Uint8Array, at: number, form: Form): string {
  const perByte = form.form === 'bits' ? 8 : 2;
  let text = '';
  for (const [i, byte] of line.entries()) {
    if (i > 0 && i % form.group === 0) text += ' ';
    text += hex(byte, form);
  }
  const width = form.columns * perByte + Math.ceil(form.columns / form.group) - 1;
  const plain = [...line].map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.')).join('');
  return `${(form.start + at).toString(16).padStart(8, '0')}: ${text.padEnd(width)}  ${plain}\n`;
}

async function include(process: Process, bytes: Uint8Array, form: Form): Promise<void> {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += form.columns) {
    lines.push(`  ${[...bytes.subarray(at, at + form.columns)].map((byte) => `0x${hex(byte, form)}`).join(', ')}`);
  }
  const body = lines.join(',\n');
  if (form.name === '-') {
    await process.print(`${body}\n`);
    return;
  }
  const name = form.name.replace(/[^A-Za-z0-9]/g, '_').replace(/^(?=\d)/, '__');
  await process.print(`unsigned char ${name}[] = {\n${body}\n};\nunsigned int ${name}_len = ${bytes.length};\n`);
}

const MAX_OUTPUT = 256 * 1024 * 1024;

async function reverse(process: Process, input: TextInput, isPlain: boolean): Promise<void> {
  const text = new TextDecoder('latin1').decode(await readWhole(process, input));
  if (isPlain) {
    const digits = text.replace(/[^0-9a-fA-F]/g, '');
    const bytes = Uint8Array.from({ length: digits.length >> 1 }, (_, i) =>
      Number.parseInt(digits.slice(i * 2, i * 2 + 2), 16),
    );
    await process.print(bytes);
    return;
  }
  let written = 0;
  for (const line of text.split('\n')) {
    const match = /^\s*([0-9a-fA-F]+): ?(.*)$/.exec(line);
    if (!match) continue;
    const offset = Number.parseInt(match[1] as string, 16);
    const digits = ((match[2] as string).split('  ')[0] as string).replace(/[^0-9a-fA-F]/g, '');
    if (offset > MAX_OUTPUT) throw new UsageError('operand', 'sorry, cannot seek backwards.', { bare: true });
    if (offset > written) await process.print(new Uint8Array(offset - written));
    const bytes = Uint8Array.from({ length: digits.length >> 1 }, (_, i) =>
      Number.parseInt(digits.slice(i * 2, i * 2 + 2), 16),
    );
    await process.print(bytes);
    written = offset + bytes.length;
  }
}
