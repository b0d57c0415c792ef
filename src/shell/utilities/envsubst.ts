import type { Program } from '../kernel/program.ts';
import { filterLines } from './lineFilter.ts';
import { utility } from './utility.ts';

/** envsubst(1): `$NAME` and `${NAME}`. */
export const envsubst: Program = utility(
  {
    usage: '[OPTION] [SHELL-FORMAT]',
    options: { variables: '-v --variables' },
    version: '(GNU gettext-runtime) 0.21',
  },
  async (process, options) => {
    const [format, extra] = options.operands;
    if (extra !== undefined) {
      await process.complain('too many arguments');
      return 1;
    }
    const named = format === undefined ? undefined : namesIn(format);
    if (options.has('variables')) {
      for (const name of named ?? []) await process.print(`${name}\n`);
      return 0;
    }
    const wanted = named && new Set(named);
    return filterLines(process, [], (line) =>
      line.replace(
        /\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})/g,
        (whole, plain: string | undefined, braced: string | undefined) => {
          const name = (plain ?? braced) as string;
          return wanted && !wanted.has(name) ? whole : (process.env.get(name) ?? '');
        },
      ),
    );
  },
);

function namesIn(format: string): string[] {
  return [...format.matchAll(/\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})/g)].map(
    (match) => (match[1] ?? match[2]) as string,
  );
}
