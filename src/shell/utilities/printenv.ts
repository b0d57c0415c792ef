import { utility } from './utility.ts';

export const printenv = utility(
  { options: { null: '-0 --null' }, usage: '[OPTION]... [VARIABLE]...', usageStatus: 2 },
  async (process, options) => {
    const end = options.has('null') ? '\0' : '\n';
    let out = '';
    let status = 0;
    if (options.operands.length === 0) for (const [name, value] of process.env) out += `${name}=${value}${end}`;
    for (const operand of options.operands) {
      const value = process.env.get(operand);
      if (value === undefined) status = 1;
      else out += value + end;
    }
    await process.print(out);
    return status;
  },
);
