import { MACHINE, processorsOf } from '../kernel/procfs.ts';
import { UsageError } from './options.ts';
import { quoted } from './quote.ts';
import { utility } from './utility.ts';

const OPTIONS = {
  all: '-a --all',
  kernelName: '-s --kernel-name',
  nodeName: '-n --nodename',
  kernelRelease: '-r --kernel-release',
  kernelVersion: '-v --kernel-version',
  machine: '-m --machine',
  processor: '-p --processor',
  hardware: '-i --hardware-platform',
  system: '-o --operating-system',
} as const;

const ORDER = [
  'kernelName',
  'nodeName',
  'kernelRelease',
  'kernelVersion',
  'machine',
  'processor',
  'hardware',
  'system',
] as const;

export const uname = utility({ options: OPTIONS, usage: '[OPTION]...' }, async (process, options) => {
  const [extra] = options.operands;
  if (extra !== undefined)
    throw new UsageError('operand', process.flavour === 'gnu' ? `extra operand ${quoted(extra)}` : '');
  const facts: Record<(typeof ORDER)[number], string> = {
    kernelName: MACHINE.kernelName,
    nodeName: process.namespaces.uts.hostname,
    kernelRelease: MACHINE.kernelRelease,
    kernelVersion: MACHINE.kernelVersion,
    machine: MACHINE.architecture,
    processor: 'unknown',
    hardware: 'unknown',
    system: process.flavour === 'gnu' ? 'GNU/Linux' : 'Linux',
  };
  const isAll = options.has('all');
  let wanted = ORDER.filter((name) => options.has(name) || (isAll && facts[name] !== 'unknown'));
  if (wanted.length === 0) wanted = ['kernelName'];
  await process.print(`${wanted.map((name) => facts[name]).join(' ')}\n`);
  return 0;
});

export const arch = utility({ options: {}, usage: '[OPTION]...' }, async (process) => {
  await process.print(`${MACHINE.architecture}\n`);
  return 0;
});

export const nproc = utility(
  { options: { all: '--all', ignore: '--ignore=N' }, usage: '[OPTION]...' },
  async (process, options) => {
    const text = options.value('ignore') ?? '0';
    if (!/^\d{1,9}$/.test(text)) throw new UsageError('operand', `invalid number: ${quoted(text)}`, { bare: true });
    const available = options.has('all') ? MACHINE.processors : processorsOf(process).length;
    await process.print(`${Math.max(1, available - Number(text))}\n`);
    return 0;
  },
);
