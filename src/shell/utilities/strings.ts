import type { Program } from '../kernel/program.ts';
import { UsageError } from './options.ts';
import { eachInput } from './textInput.ts';
import { utility } from './utility.ts';

/** strings(1): runs of printable ASCII characters. */
export const strings: Program = utility(
  {
    usage: '[OPTION]... [FILE]...',
    options: {
      all: '-a --all -',
      fileName: '-f --print-file-name',
      length: '-n --bytes=NUMBER',
      radix: '-t --radix=RADIX',
      octal: '-o',
    },
    notSimulated:
      '-e --encoding=ENCODING -w --include-all-whitespace -s --output-separator=STRING -d --data -T --target=NAME',
    version: '(GNU Binutils for Debian) 2.40',
    rewrite: (given) => given.map((argument) => (/^-\d+$/.test(argument) ? `-n${argument.slice(1)}` : argument)),
  },
  (process, options) => {
    const text = options.value('length') ?? '4';
    const least = Number(text);
    if (!/^\d+$/.test(text) || least < 1)
      throw new UsageError('operand', `invalid minimum string length ${text}`, { bare: true });
    const radix = options.has('octal') ? 'o' : options.value('radix');
    if (radix !== undefined && !/^[dox]$/.test(radix)) throw new UsageError('operand', '');
    const base = radix === 'd' ? 10 : radix === 'x' ? 16 : 8;
    return eachInput(
      process,
      options.operands,
      async (input) => {
        let run = '';
        let offset = 0;
        const emit = async () => {
          const name = options.has('fileName') ? `${input.operand === '-' ? '{standard input}' : input.operand}: ` : '';
          const place = radix === undefined ? '' : `${(offset - run.length).toString(base).padStart(7)} `;
          if (run.length >= least) await process.print(`${name}${place}${run}\n`);
          run = '';
        };
        for (;;) {
          const chunk = await input.read();
          if (chunk.length === 0) break;
          for (const byte of chunk) {
            if ((byte >= 32 && byte < 127) || byte === 9) run += String.fromCharCode(byte);
            else if (run !== '') await emit();
            offset++;
          }
          if (process.isDue) await process.pause();
        }
        await emit();
      },
      {
        words: ({ operand, words }) =>
          words === 'No such file or directory' ? `'${operand}': No such file` : `${operand}: ${words}`,
      },
    );
  },
);
