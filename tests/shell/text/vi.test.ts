import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeName, encodeName } from '../../../src/bytes/byteName.ts';
import { readFile } from '../../../src/shell/kernel/calls.ts';
import { Pty } from '../../../src/shell/kernel/pty.ts';
import { UTILITIES } from '../../../src/shell/utilities/registry.ts';
import { idleProcess, run, testKernel } from '../../support/testKernel.ts';
import { hostHas } from './sideBySide.ts';

const TEXT = `first line of text
second (with some (nested) parts) here
	indented "quoted words" and more

server {
    listen 80;
    root /var/www;
}
last-word one,two three.four 42 items
`;

/** Keys; what they leave is compared with what the real vim leaves. */
const KEYS: readonly string[] = [
  // Counts and motions.
  ...['3x', '2dw', 'd2w', 'wD', '$x', '2j0x', 'Gx', '5Gdd', 'ggjdd', 'fedt ', '2fex', 'ftD', 'Fxix', '$bdw', '$gex'],
  ...[
    'Wdw',
    'jWWdB',
    '8GdE',
    'GWWde',
    'Gwdb',
    'G$dF,',
    'j%x',
    'jf(d%',
    'd}',
    '4jd{',
    'dG',
    'jdgg',
    '5Gd2j',
    'jjd^',
    'G2bd$',
  ],
  ...[
    'G|dw',
    'G5|x',
    'Gf4d;x',
    'Ge~',
    'jdk',
    '2jyyp',
    'd)',
    '3G_x',
    'jg_x',
    'wde',
    'wcwNEW\u001b',
    '2cwA B\u001b',
    'ccnew\u001b',
    '3ccnew\u001b',
  ],
  // Changing.
  ...['xp', 'ddp', 'ddP', '2ddp', 'yyP', 'yw$p', '2yyGp', '3p', 'yy3p', 'ywP', 'xu', 'J', '3J', 'jjJ', 'gJ', '5GJJ'],
  ...[
    'rX',
    '3rX',
    '2r\r',
    '5~',
    'g~~',
    'gUw',
    'guuj',
    'gUiw',
    '>>',
    '2>>',
    '5G>}',
    '3G<<',
    '3G<<<<',
    'S',
    'sX\u001b',
    '3sX\u001b',
    'CX\u001b',
  ],
  ...['Gww\u0001', 'G$bb5\u0001', 'G$bb2\u0018', 'G3w10\u0001'],
  // Inserting.
  ...[
    'ia\rb\u001b',
    '3ix\u001b',
    'Aend\u001b',
    'Ibegin\u001b',
    '3Ia-\u001b',
    'onew\u001b',
    '2onew\u001b',
    'Onew\u001b',
    'RXYZ\u001b',
    '2RXY\u001b',
  ],
  ...[
    'iabc\u0017d\u001b',
    'iabc def\u0017x\u001b',
    'A abc\u0015z\u001b',
    'ia\u0008b\u001b',
    'ix\u0016\ty\u001b',
    'jywi\u00120\u001b',
    'j0i\u0017\u001b',
  ],
  // Again.
  ...[
    'x.',
    'x..',
    'dw.',
    'dd.',
    '2dd.',
    'x3.',
    'iab\u001b.',
    'Aab\u001bj.',
    'cwX\u001bw.',
    'ciwX\u001bww.',
    'onew\u001b.',
    '>>.',
    '>>j.',
    'rXl.',
    '3x.',
  ],
  ...[
    'J.',
    'p',
    'yyp.',
    'dwP.',
    '~...',
    'A;\u001bj.j.',
    'dtf.',
    'gUiww.',
    'x2.2.',
    'ddu.',
    'I# \u001bj.j.',
    'G$r!.',
    '5GdiBu',
  ],
  // Text objects.
  ...[
    'wdiw',
    'wdaw',
    'jdi(',
    'jf(di(',
    'jfndi(',
    'jfnda(',
    'jfnd2w',
    '3Gfqdi"',
    '3Gfqda"',
    '3Gci"X\u001b',
    '6Gdi{',
    '6Gda{',
    '5Gf{di{',
    'dip',
    'dap',
    '6Gdip',
    '6Gdap',
    '$daw',
    'G$diW',
    'wyiwP',
    'jci(X\u001b',
  ],
  // Selecting.
  ...[
    'vd',
    'v3ld',
    'vjd',
    'Vd',
    'Vjd',
    'VGd',
    'vey$p',
    'Vyp',
    'vwcX\u001b',
    'VcX\u001b',
    'Vj>',
    'Vj>.',
    '3GV<',
    'vee~',
    'veU',
    'Vu',
    'VU',
    'vjrx',
    'Vr-',
  ],
  ...[
    'vjJ',
    'V2jJ',
    'viwd',
    'vawd',
    'jfnvi(d',
    'vipd',
    'vejod',
    'vywvep',
    'yyjVp',
    'wyiwjviwp',
    'veyjVp',
    'v$d',
    'V\u001bx',
    'vVd',
    'Vvd',
    'vjd.',
    'v2ld.',
    'Vjd.',
    'v2lrX..',
    'vD',
    'vjY2jp',
    'vXx',
  ],
  ...['v3l\u001bgvd', 'Vj\u001bGgvd'],
  // Registers.
  ...[
    '"ayyj"ap',
    '"add"ap',
    'yy"add"0p',
    'ddjdd"2p',
    'ddjddjdd"1p"2p"3p',
    '"ayyj"Ayy"ap',
    '"aywj"Ayw"ap',
    'yw"_ddp',
    'xj"-p',
    'dwj"-P',
    '"qyiwj"qP',
    'ddu"1p',
  ],
  // Macros.
  ...[
    'qaA!\u001bjq@a',
    'qaA!\u001bjq2@a',
    'qaA!\u001bjq@a@@',
    'qaxjq3@a',
    'qaddq@a',
    'qaI- \u001bjq20@a',
    'qa0fex$jq@a',
    'qaylpq5@a',
    'qaA.\u001bq@a',
    'qq:s/e/E/\rjqj@q',
    '"ayyqbjq@b',
    'qaxqj.@a',
  ],
  ...['qa/o\rxq2@a', 'qaywPa \u001bjq@a', 'qaGddq5@a', 'yyqaPq@a'],
  // Marks.
  ...["majjd'a", 'wmajd`a', 'majjx`ax', "Gmaggy'aP", "jmbGd'b", "G''x", 'wjmagg`ax'],
  // Searching.
  ...[
    '/e\rx',
    '/line\rnx',
    '/o\rnnx',
    '?o\rx',
    '/nested\rNx',
    '*x',
    'wwhx',
    '/server\rdn',
    'd/text\r',
    'd?x\r',
    '/\\<w\rx',
    '/[0-9]\\+\rx',
    '/li.*80\rx',
    'G?e\rnx',
    '/nosuch\rx',
    'w*x',
    'w#x',
    'y/of\rP',
    'c/of\rX\u001b',
  ],
  // Commands.
  ...[
    ':2d\r',
    ':2,3d\r',
    ':$d\r',
    ':%d\r',
    ':.,+2d\r',
    ':2\rx',
    ':$\rx',
    ':1,2y\rGp',
    ':2m0\r',
    ':1m$\r',
    ':2t.\r',
    ':1,3t$\r',
    ':2,4m1\r',
    ':5,8>\r',
    ':3<\r',
    ':1,3j\r',
    ':2j!\r',
    ':/server/d\r',
    ':/server/,/}/d\r',
    ':2;+1d\r',
    ':?x?d\r',
    'G:-2,.d\r',
    "majj:'a,.d\r",
    ":2ka\r:'ad\r",
  ],
  ...[
    ':s/i/I/\r',
    ':s/i/I/g\r',
    ':%s/e/E/\r',
    ':%s/e/E/g\r',
    ':2,5s/e/E/g\r',
    ':%s/\\(\\w\\+\\) \\(\\w\\+\\)/\\2 \\1/\r',
    ':%s/o/&&/g\r',
    ':%s#/#-#g\r',
    ':s/line/a\\/b/\r',
    ':s/ /\\r/g\r',
    ':%s/^/# /\r',
    ':%s/$/;/\r',
    ':%s/\\s\\+$//\r',
    ':%s/E/x/gi\r',
    ':%s/nosuch/x/\r',
    ':s/e/E/\rj:s\r',
    ':s/e/E/\rj&',
    ':s/e/E/g\rj:&&\r',
    '/line\r:%s//LINE/\r',
    ':%s/[aeiou]//g\r',
    ':%s/\\v(o|e)+/<\\1>/g\r',
    ':3,$s/\\t/  /\r',
    ':%s/e/E/n\r',
    '3:s/e/E/\r',
    ':s/\\<\\w/\\u&/g\r',
  ],
  ...[
    ':g/e/d\r',
    ':v/e/d\r',
    ':g!/e/d\r',
    ':g/^$/d\r',
    ':g/o/s/o/0/g\r',
    ':g/li/m0\r',
    ':g/li/t.\r',
    ':g/li/m$\r',
    ':g/server/.,+2d\r',
    ':g/^/m0\r',
    ':g/li/normal Ax\r',
    ':2,4g/./d\r',
    ':g/li/j\r',
    ':g/e/>\r',
    ':g/o/normal xx\r',
    ':g/li/s/l/L/\ru',
    ':g/nosuch/d\rx',
  ],
  ...[
    ':normal dw\r',
    ':2,4normal A;\r',
    ':%normal I- \r',
    ':normal ixy\rx',
    ':normal 2dd\rp',
    ':2d\r:pu\r',
    ':2d a\r:$pu a\r',
    ':1y\r:3pu!\r',
    ':m+1\r',
    ':m-2\r',
    ':u\r',
    'x:u\r',
    'dd:undo\r:redo\r',
    ':d\r@:',
    ':d\r@:@@',
    'Vj:d\r',
    'Vj:s/e/E/g\r',
    'vjj:normal A!\r',
    'Vjy:$pu\r',
    ':3\r:d\r',
  ],
  // Undoing what belongs together.
  ...['ia\rb\u001bu', ':%s/e/E/g\ru', ':g/e/d\ru', 'cwX\u001bu', 'Rab\u001bu'],
];

async function ours(keys: string): Promise<string> {
  const machine = testKernel({ programs: UTILITIES, files: { '/f': TEXT } });
  const terminal = new Pty(70, 24);
  let shown = '';
  const typed = [keys, '\u001b\u001b', ':wq!\r'];
  terminal.onOutput = (bytes) => {
    shown += decodeName(bytes);
    // A screen is whole when its cursor is shown again, or a line is asked for.
    if (!/(\x1b\[\?25h|\x1b\[K)$/.test(shown) || typed.length === 0) return;
    shown = '';
    const next = typed.shift() as string;
    queueMicrotask(() => terminal.input(encodeName(next)));
  };
  const result = await run(machine, ['vi', '/f'], { terminal });
  expect(result.code).toBe(0);
  return decodeName(await readFile(idleProcess(machine), '/f'));
}

function real(keys: readonly string[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'vi-'));
  try {
    return keys.map((one, i) => {
      const file = join(folder, `text${i}`);
      writeFileSync(file, TEXT);
      writeFileSync(join(folder, 'keys'), `${one}\u001b\u001b:wq!\r`);
      const plain = ['--not-a-term', '-u', 'NONE', '-N', '-i', 'NONE', '-n', '--cmd', 'set wrapscan backspace=2'];
      spawnSync('vim', [...plain, '-s', join(folder, 'keys'), file], {
        env: { ...process.env, TERM: 'dumb' },
        input: '',
      });
      return readFileSync(file, 'utf8');
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe.skipIf(!hostHas('vim', /Vi IMproved 9\.0/))("vi does to a text what the host's vim does", () => {
  const SHARE = 40;
  for (let at = 0; at < KEYS.length; at += SHARE) {
    const keys = KEYS.slice(at, at + SHARE);
    it(`${JSON.stringify(keys[0])} and ${keys.length - 1} more`, async () => {
      const expected = Object.fromEntries(real(keys).map((text, i) => [keys[i], text]));
      const found: Record<string, string> = {};
      for (const one of keys) found[one] = await ours(one);
      expect(found).toEqual(expected);
    });
  }
});

describe('vi', () => {
  it.each([
    ['qaA!\u001bjq2@a', /^first.*!\nsecond.*!\n.*!\n/],
    ['Vj>..', /^\t\t\tfirst.*\n\t\t\tsecond/],
    [':g/li/normal Ax\r', /^first line of textx\n/],
    [':%s/o/0/g\r', /^first line 0f text\n/],
  ])('%j', async (keys, expected) => {
    expect(await ours(keys)).toMatch(expected);
  });

  it('ends a macro that calls itself', async () => {
    expect(await ours('qqq"qyyqqA!\u001b@qq@q')).toMatch(/^first line of text!/);
  });
});

describe('undo in vi', () => {
  it.each([
    ['xxxu', 'rst line'],
    ['xxxuu\u0012', 'rst line'],
    ['ia\u001bib\u001bu', 'afirst line'],
    ['xj3.ukx', 'rst line'],
    ['qaxjxq@auu', 'irst line'],
  ])('%j goes back command by command', async (keys, expected) => {
    expect((await ours(keys)).slice(0, expected.length)).toBe(expected);
  });

  it('takes what :g does for one change', async () => {
    expect(await ours(':g/e/d\ru')).toBe(TEXT);
    expect(await ours(':%s/e/E/g\ru')).toBe(TEXT);
    expect(await ours('ia\rb\rc\u001bu')).toBe(TEXT);
  });
});
