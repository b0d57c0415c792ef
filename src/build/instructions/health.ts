import { BuildError } from '../buildError.ts';
import { parseDuration } from '../go/duration.ts';
import { parseInteger } from '../go/numbers.ts';
import { quote } from '../go/quote.ts';
import type { SyntaxNode } from '../parse/syntaxNode.ts';
import { commandLine } from './commandLine.ts';
import { readFlags } from './flags.ts';
import type { HealthCheck } from './instruction.ts';

const MINIMUM_NANOSECONDS = 1_000_000n;

export function readHealthCheck(node: SyntaxNode): HealthCheck {
  const [first, ...rest] = node.args;
  if (first === undefined) throw new BuildError('instruction', 'HEALTHCHECK requires at least one argument');
  const type = first.toUpperCase();
  if (type === 'NONE') {
    if (rest.length > 0) throw new BuildError('instruction', 'HEALTHCHECK NONE takes no arguments');
    return { ...NO_TIMES, test: ['NONE'] };
  }
  const flags = readFlags(node.flags, {
    interval: 'text',
    timeout: 'text',
    'start-period': 'text',
    'start-interval': 'text',
    retries: 'text',
  });
  if (type !== 'CMD') throw new BuildError('instruction', `Unknown type ${quote(type)} in HEALTHCHECK (try CMD)`);
  const command = commandLine(node, rest);
  if (command.args.length === 0) throw new BuildError('instruction', 'Missing command after HEALTHCHECK CMD');
  return {
    test: [command.shell ? 'CMD-SHELL' : 'CMD', ...command.args],
    intervalNanoseconds: time(flags.text('interval'), 'interval'),
    timeoutNanoseconds: time(flags.text('timeout'), 'timeout'),
    startPeriodNanoseconds: time(flags.text('start-period'), 'start-period'),
    startIntervalNanoseconds: time(flags.text('start-interval'), 'start-interval'),
    retries: retries(flags.text('retries')),
  };
}

const NO_TIMES = {
  intervalNanoseconds: 0n,
  timeoutNanoseconds: 0n,
  startPeriodNanoseconds: 0n,
  startIntervalNanoseconds: 0n,
  retries: 0,
};

function time(text: string, name: string): bigint {
  const nanoseconds = text === '' ? 0n : parseDuration(text);
  if (nanoseconds !== 0n && nanoseconds < MINIMUM_NANOSECONDS) {
    throw new BuildError('instruction', `Interval ${quote(name)} cannot be less than 1ms`);
  }
  return nanoseconds;
}

function retries(text: string): number {
  const count = text === '' ? 0 : parseInteger(text, 32);
  if (count < 0) throw new BuildError('instruction', `--retries cannot be negative (${count})`);
  return count;
}
