import { parseDuration } from './duration.ts';
import { UsageError } from './options.ts';
import { quoted } from './quote.ts';
import { utility } from './utility.ts';

/** Longer sleeps are made of several. */
const MAX_SLEEP_MS = 2 ** 31 - 1;

export const sleep = utility({ options: {}, usage: 'NUMBER[SUFFIX]...' }, async (process, { operands }) => {
  const isGnu = process.flavour === 'gnu';
  if (operands.length === 0) throw new UsageError('operand', isGnu ? 'missing operand' : '');
  let leftMs = 0;
  const wrong: string[] = [];
  for (const operand of operands) {
    const durationMs = parseDuration(operand);
    if (durationMs === undefined) wrong.push(operand);
    else leftMs += durationMs;
  }
  const [first] = wrong;
  if (first !== undefined && !isGnu) throw new UsageError('operand', `invalid number '${first}'`, { bare: true });
  for (const operand of wrong.slice(0, -1)) await process.complain(`invalid time interval ${quoted(operand)}`);
  const last = wrong.at(-1);
  if (last !== undefined) throw new UsageError('operand', `invalid time interval ${quoted(last)}`);
  for (; leftMs > 0; leftMs -= MAX_SLEEP_MS) await process.sleep(Math.min(leftMs, MAX_SLEEP_MS));
  return 0;
});

export const usleep = utility({ options: {}, usage: 'N' }, async (process, { operands }) => {
  const [text] = operands;
  if (text === undefined || !/^\d+$/.test(text))
    throw new UsageError('operand', text === undefined ? '' : `invalid number '${text}'`);
  await process.sleep(Number(text) / 1000);
  return 0;
});
