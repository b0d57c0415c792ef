import { COOKED, RAW } from '../kernel/pty.ts';
import { UsageError } from './options.ts';
import { quoted } from './quote.ts';
import type { Program } from '../kernel/program.ts';
import { utility } from './utility.ts';

export const tty = utility(
  { options: { silent: '-s --silent --quiet' }, usage: '[OPTION]...', usageStatus: 2 },
  async (process, options) => {
    const [extra] = options.operands;
    if (extra !== undefined) throw new UsageError('operand', `extra operand ${quoted(extra)}`);
    const terminal = process.files.get(0)?.terminal;
    if (!options.has('silent')) await process.print(terminal ? `/dev/pts/${terminal.number}\n` : 'not a tty\n');
    return terminal ? 0 : 1;
  },
);

const CLEAR = '\u001b[H\u001b[2J\u001b[3J';
const RESET = '\u001bc\u001b[!p\u001b[?3;4l\u001b[4l\u001b>';

export const clear = utility(
  { options: { keepScroll: '-x' }, notSimulated: '-T=TERM', usage: '[options]' },
  async (process, options) => {
    await process.print(options.has('keepScroll') || process.flavour === 'busybox' ? CLEAR.slice(0, 7) : CLEAR);
    return 0;
  },
);

export const reset = utility(
  { options: { quiet: '-q', window: '-w' }, usage: '[options]' },
  async (process, options) => {
    if (options.has('quiet')) {
      await process.print(`${process.env.get('TERM') ?? 'unknown'}\n`);
      return 0;
    }
    const terminal = process.files.get(2)?.terminal;
    if (terminal) terminal.mode = { ...COOKED };
    await process.write(2, RESET);
    return 0;
  },
);

const SETTINGS = new Map<string, 'canonical' | 'echo' | 'signals' | 'outputCR'>([
  ['icanon', 'canonical'],
  ['echo', 'echo'],
  ['isig', 'signals'],
  ['opost', 'outputCR'],
  ['onlcr', 'outputCR'],
]);
/** Settings that this terminal does not have apart: taken, as they change nothing that shows. */
const WITHOUT_EFFECT =
  /^-?(icrnl|ixon|ixoff|ixany|iutf8|echoe|echok|echonl|echoctl|echoke|iexten|tostop|brkint|imaxbel|cread|cs[5678]|hupcl|parenb|clocal|inlcr|igncr|istrip|inpck|parmrk|ignpar|ignbrk|noflsh|crtscts)$/;

/** stty(1): its operands are settings, so no getopt reads them. */
export const stty: Program = async (process) => {
  const terminal = process.files.get(0)?.terminal;
  const words = process.argv.slice(1);
  if (!terminal) {
    await process.complain(
      process.flavour === 'gnu'
        ? "'standard input': Inappropriate ioctl for device"
        : 'standard input: Inappropriate ioctl for device',
    );
    return 1;
  }
  const { mode } = terminal;
  const sign = (isOn: boolean, name: string) => `${isOn ? '' : '-'}${name}`;
  if (words.length === 0 || words[0] === '-a' || words[0] === '--all') {
    const size = words.length > 0 ? ` rows ${terminal.rows}; columns ${terminal.columns};` : '';
    const flags = [
      sign(mode.signals, 'isig'),
      sign(mode.canonical, 'icanon'),
      sign(mode.echo, 'echo'),
      sign(mode.outputCR, 'opost'),
    ];
    await process.print(`speed 38400 baud;${size} line = 0;\n${flags.join(' ')}\n`);
    return 0;
  }
  if (words[0] === '-g' || words[0] === '--save') {
    const bits = [mode.canonical, mode.echo, mode.signals, mode.outputCR].map(Number).join(':');
    await process.print(`${bits}\n`);
    return 0;
  }
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    const name = word.replace(/^-/, '');
    const setting = SETTINGS.get(name);
    const saved = /^([01]):([01]):([01]):([01])$/.exec(word);
    if (setting) terminal.mode = { ...terminal.mode, [setting]: !word.startsWith('-') };
    else if (word === 'raw') terminal.mode = { ...RAW, echo: terminal.mode.echo };
    else if (word === '-raw' || word === 'cooked') terminal.mode = { ...COOKED, echo: terminal.mode.echo };
    else if (word === 'cbreak') terminal.mode = { ...terminal.mode, canonical: false };
    else if (word === '-cbreak') terminal.mode = { ...terminal.mode, canonical: true };
    else if (word === 'sane') terminal.mode = { ...COOKED };
    else if (word === 'size') await process.print(`${terminal.rows} ${terminal.columns}\n`);
    else if (word === 'speed') await process.print('38400\n');
    else if (word === 'rows' || word === 'cols' || word === 'columns' || word === 'min' || word === 'time') {
      const value = words[++i] ?? '';
      if (!/^\d{1,4}$/.test(value)) {
        await process.complain(`invalid integer argument: ${quoted(value)}`);
        return 1;
      }
      if (word === 'rows') terminal.resize(terminal.columns, Number(value));
      else if (word.startsWith('col')) terminal.resize(Number(value), terminal.rows);
    } else if (saved) {
      const [canonical, echo, signals, outputCR] = saved.slice(1).map((bit) => bit === '1') as [
        boolean,
        boolean,
        boolean,
        boolean,
      ];
      terminal.mode = { canonical, echo, signals, outputCR };
    } else if (/^(intr|erase|kill|eof|susp|quit|start|stop|werase|lnext)$/.test(word)) i++;
    else if (!WITHOUT_EFFECT.test(word)) {
      await process.complain(
        process.flavour === 'gnu'
          ? `invalid argument ${quoted(word)}\nTry 'stty --help' for more information.`
          : `invalid argument '${word}'`,
      );
      return 1;
    }
  }
  return 0;
};
