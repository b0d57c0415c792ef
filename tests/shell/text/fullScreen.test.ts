import { describe, expect, it } from 'vitest';
import { decodeName, encodeName } from '../../../src/bytes/byteName.ts';
import { readFile } from '../../../src/shell/kernel/calls.ts';
import { Pty } from '../../../src/shell/kernel/pty.ts';
import { UTILITIES } from '../../../src/shell/utilities/registry.ts';
import { idleProcess, run, testKernel } from '../../support/testKernel.ts';

/** Runs a program on a terminal; each text is typed, or thing done, when the one before has been answered. */
async function typed(
  argv: readonly string[],
  files: Readonly<Record<string, string>>,
  keys: readonly (string | ((terminal: Pty) => void))[],
) {
  const machine = testKernel({ programs: UTILITIES, files });
  const terminal = new Pty(60, 12);
  terminal.sendSignal = (group, signal) => machine.kernel.killGroup(group, signal);
  const screens: string[] = [];
  let shown = '';
  let next = 0;
  terminal.onOutput = (bytes) => {
    shown += decodeName(bytes);
    // A screen is whole when its cursor is shown again, or a line is asked for.
    if (!/(\x1b\[\?25h|\x1b\[K)$/.test(shown)) return;
    screens.push(shown);
    shown = '';
    if (next >= keys.length) return;
    const key = keys[next++] ?? '';
    queueMicrotask(() => (typeof key === 'string' ? terminal.input(encodeName(key)) : key(terminal)));
  };
  const result = await run(machine, argv, { terminal });
  const process = idleProcess(machine);
  const content = async (path: string) => decodeName(await readFile(process, path));
  return { code: result.code, screens, terminal, content };
}

const TEXT = Array.from({ length: 50 }, (_, i) => `line ${i + 1}\n`).join('');

describe('less', () => {
  it('shows a window, moves, searches, and leaves the terminal as it was', async () => {
    const { code, screens, terminal } = await typed(['less', '/f'], { '/f': TEXT }, [
      ' ',
      'G',
      'g',
      '/',
      'line 30\r',
      'q',
    ]);
    expect(code).toBe(0);
    expect(screens[0]).toContain('line 11');
    expect(screens[0]).not.toContain('line 12\x1b');
    expect(screens[1]).toContain('line 22');
    expect(screens[2]).toContain('line 50');
    expect(screens[2]).toContain('(END)');
    expect(screens.join('')).toContain('\x1b[7mline 30\x1b[m');
    expect(terminal.mode.canonical).toBe(true);
  });

  it('-N numbers lines, -n does not, -M tells where it is', async () => {
    const { screens } = await typed(['less', '-N', '-M', '/f'], { '/f': TEXT }, ['q']);
    expect(screens[0]).toContain('      2 line 2');
    expect(screens[0]).toContain('/f lines 1-11/50 22%');
    const plain = await typed(['less', '-N', '-n', '-m', '/f'], { '/f': TEXT }, ['q']);
    expect(plain.screens[0]).not.toContain('      2 line 2');
    expect(plain.screens[0]).toContain('/f 22%');
  });

  it('is a cat where nobody looks', async () => {
    const machine = testKernel({ programs: UTILITIES, files: { '/f': 'x\n' } });
    expect(await run(machine, ['less', '/f'])).toEqual({ code: 0, stdout: 'x\n', stderr: '' });
  });
});

describe('nano', () => {
  it('edits and writes', async () => {
    const { code, content } = await typed(['nano', '/f'], { '/f': 'one\ntwo\n' }, [
      'X',
      '\x1b[B',
      '\x0b',
      '\x15',
      '\x15',
      '\x0f',
      '\r',
      '\x18',
    ]);
    expect(code).toBe(0);
    expect(await content('/f')).toBe('Xone\ntwo\ntwo\n');
  });

  it('asks before it leaves a text that was changed', async () => {
    const { content } = await typed(['nano', '/f'], { '/f': 'one\n' }, ['X', '\x18', 'n']);
    expect(await content('/f')).toBe('one\n');
  });
});

describe('vi', () => {
  it.each([
    ['iX\x1b', 'Xone\ntwo\nthree\n'],
    ['A!\x1b', 'one!\ntwo\nthree\n'],
    ['onew\x1b', 'one\nnew\ntwo\nthree\n'],
    ['dd', 'two\nthree\n'],
    ['ddp', 'two\none\nthree\n'],
    ['yyGp', 'one\ntwo\nthree\none\n'],
    ['2ddu', 'one\ntwo\nthree\n'],
    ['xx', 'e\ntwo\nthree\n'],
    ['jcwTWO\x1b', 'one\nTWO\nthree\n'],
    ['/three\rD', 'one\ntwo\n\n'],
    [':%s/o/0/g\r', '0ne\ntw0\nthree\n'],
    [':2d\r', 'one\nthree\n'],
    ['J', 'one two\nthree\n'],
    ['ra~', 'Ane\ntwo\nthree\n'],
    ['Gddu', 'one\ntwo\nthree\n'],
    ['>>', '\tone\ntwo\nthree\n'],
    ['fer!', 'on!\ntwo\nthree\n'],
  ])('%j', async (keys, expected) => {
    const { code, content } = await typed(['vi', '/f'], { '/f': 'one\ntwo\nthree\n' }, [keys, ':wq\r']);
    expect(code).toBe(0);
    expect(await content('/f')).toBe(expected);
  });

  it('-R writes with a ! only', async () => {
    const keys = ['x', ...':w\r', ...':q!\r'];
    const { content, screens } = await typed(['vi', '-R', '/f'], { '/f': 'one\n' }, keys);
    expect(screens.join('')).toContain("E45: 'readonly' option is set");
    expect(await content('/f')).toBe('one\n');
    const forced = await typed(['vi', '-R', '/f'], { '/f': 'one\n' }, ['x', ...':wq!\r']);
    expect(await forced.content('/f')).toBe('ne\n');
  });

  it('does not leave a text that was changed, but with a !', async () => {
    const { content, screens } = await typed(['vi', '/f'], { '/f': 'one\n' }, ['x', ':q\r', ':q!\r']);
    expect(screens.join('')).toContain('No write since last change');
    expect(await content('/f')).toBe('one\n');
  });
});

describe.each(['vi', 'nano', 'less'])('%s in a window that changes its size', (name) => {
  it('draws itself anew and misses no key', { timeout: 10_000 }, async () => {
    const resize = (terminal: Pty): void => {
      terminal.resize(40, 8);
    };
    const keys = { vi: ':q\r', nano: '\x18', less: 'q' }[name] as string;
    const { code, screens } = await typed([name, '/f'], { '/f': TEXT }, [resize, keys]);
    expect(code).toBe(0);
    expect(screens[1]).toContain('line 3');
    expect(screens[1]).not.toContain('line 9');
  });
});

describe('wide characters in an editor', () => {
  /** Where the cursor stood at the end of each screen. */
  const cursors = (screens: readonly string[]) =>
    screens.map((one) => [...one.matchAll(/\x1b\[(\d+);(\d+)H/g)].at(-1)?.slice(1).map(Number));

  it('take two columns', async () => {
    const { screens } = await typed(['vi', '/f'], { '/f': '中文 line\n' }, ['l', 'l', ':q\r']);
    expect(cursors(screens).slice(0, 3)).toEqual([
      [1, 1],
      [1, 3],
      [1, 5],
    ]);
  });

  it('and the cursor stands on the last character of a line, not behind it', async () => {
    const { screens } = await typed(['vi', '/f'], { '/f': '中文|\nab\n' }, ['$', 'j', ':q\r']);
    expect(cursors(screens).slice(1, 3)).toEqual([
      [1, 5],
      [2, 2],
    ]);
  });

  it('are cut at the edge of the screen, and selected whole', async () => {
    const { screens } = await typed(['vi', '/f'], { '/f': `a${'中'.repeat(40)}\n` }, ['vl', '\x1b:q\r']);
    expect(screens[0]).toContain(`\x1b[1;1Ha${'中'.repeat(29)} \x1b[K`);
    expect(screens.join('')).toContain('\x1b[7ma中\x1b[m');
  });

  it.each([
    ['x', '🎉b\n'],
    ['lx', 'ab\n'],
    ['$i!\x1b', 'a🎉!b\n'],
    ['lrz', 'azb\n'],
    ['vld', 'b\n'],
    ['lRz\x1b', 'azb\n'],
  ])('beyond U+FFFF are not cut in two: %j', async (keys, expected) => {
    const { content } = await typed(['vi', '/f'], { '/f': 'a🎉b\n' }, [keys, ':wq\r']);
    expect(await content('/f')).toBe(expected);
  });

  it('nano moves and deletes them whole', async () => {
    const { content } = await typed(['nano', '/f'], { '/f': 'a🎉b\n' }, [
      '\x1b[C',
      '\x1b[C',
      '-',
      '\x7f',
      '\x7f',
      '\x13',
      '\x18',
    ]);
    expect(await content('/f')).toBe('ab\n');
  });
});
