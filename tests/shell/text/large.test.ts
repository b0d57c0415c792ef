import { sideBySide } from './sideBySide.ts';

// Inputs of more than a block, a run and a pipe: what is read from the end, sorted by packed keys, or cut as it comes.
const LINES = Array.from({ length: 6000 }, (_, i) => `line ${(i * 7919) % 6007} of:${i % 13}:é${i % 3}`);
const TEXT = `${LINES.join('\n')}\n`;
const NUMBERS = LINES.map((_, i) => String(((i * 7919) % 100_003) - 50_000 + (i % 5) / 10)).join('\n');
const NAMES = LINES.map((_, i) => String.fromCharCode(0x61 + (i % 3), 0xff + (i % 5), 0x62 + (i % 2), 0xfe + (i % 4)));
const files = { text: TEXT, unended: TEXT.slice(0, -1), numbers: `${NUMBERS}\n`, names: `${NAMES.join('\n')}\n` };

function all(commands: readonly string[]) {
  return commands.map((command) => ({ command, files }));
}

sideBySide(
  'tail of long files',
  'tail',
  all([
    'tail -n 1 text',
    'tail -n 700 text',
    'tail -n 5999 text',
    'tail -n 6001 text',
    'tail -n 2 unended',
    'tail -c 40000 text',
  ]),
);
sideBySide(
  'sort of many lines',
  'sort',
  all([
    'sort text',
    'sort -r text',
    'sort -u names',
    'sort names',
    'sort -n numbers',
    'sort -nr numbers',
    'sort -k2,2n text',
    'sort -t: -k2,2nr -k1,1 text',
    'sort -s -k2,2n text',
    'sort -u -t: -k2,2n text',
  ]),
);
sideBySide(
  'cut of many lines',
  'cut',
  all([
    'cut -d: -f2 text',
    'cut -d: -f1-2 --output-delimiter=,, text',
    'cut -d: -f4 text',
    'cut -d: -s -f2-9 unended',
    'cut -d: -f2- text',
    "cut -d' ' -f20 text",
  ]),
);
sideBySide('wc of many lines', 'wc', all(['wc text', 'wc -L -m text', 'wc unended numbers']));
sideBySide('base64 of much', 'base64', all(['base64 text', 'base64 -w 0 unended', 'base64 -w 3 numbers']));
