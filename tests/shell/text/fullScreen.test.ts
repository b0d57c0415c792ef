import { describe, expect, it } from 'vitest';
import { decodeName, encodeName } from '../../../src/bytes/byteName.ts';
import { readFile } from '../../../src/shell/kernel/calls.ts';
import { Pty } from '../../../src/shell/kernel/pty.ts';
import { UTILITIES } from '../../../src/shell/utilities/registry.ts';
import { idleProcess, run, testKernel } from '../../support/testKernel.ts';

/** Runs a program on a terminal; each text is typed when the one before has been answered. */
async function typed(argv: readonly string[], files: Readonly<Record<string, string>>, keys: readonly string[]) {
  const machine = testKernel({ programs: UTILITIES, files });
  const terminal = new Pty(60, 12);
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
    const key = keys[next++] as string;
    queueMicrotask(() => terminal.input(encodeName(key)));
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
