import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { background, foreground, LookFlag } from '../../../src/app/terminal/cell.ts';
import { keyBytes } from '../../../src/app/terminal/keyBytes.ts';
import { Screen } from '../../../src/app/terminal/screen.ts';

const encode = (text: string) => new TextEncoder().encode(text);

function shown(columns: number, rows: number, ...texts: string[]): string[] {
  const screen = new Screen(columns, rows);
  for (const text of texts) screen.write(encode(text));
  return screen.lines.map((line) => line.text.trimEnd());
}

describe('TERM-1 the screen shows what an xterm shows', () => {
  it.each([
    ['lines', 'a\r\nb', ['a', 'b', '']],
    ['a carriage return overwrites', 'hello\rHE', ['HEllo', '', '']],
    ['backspace and tab', 'ab\bc\td', ['ac      d', '', '']],
    ['long lines wrap, at the last moment', '0123456789\r\nx', ['0123456789', 'x', '']],
    ['and go on', '0123456789ab', ['0123456789', 'ab', '']],
    ['scrolling', '1\r\n2\r\n3\r\n4', ['2', '3', '4']],
    ['cursor movement', '\x1b[2;3Hx\x1b[Ay\x1b[2Dz\x1b[1B\x1b[Gw', ['  zy', 'w x', '']],
    ['erase in line', 'abcdef\x1b[3D\x1b[K\r\nabcdef\x1b[3D\x1b[1K', ['abc', '    ef', '']],
    ['erase the display', 'a\r\nb\x1b[2J\x1b[Hc', ['c', '', '']],
    ['insert and delete characters', 'abcd\x1b[3G\x1b[2@X\x1b[1G\x1b[P', ['bX cd', '', '']],
    ['insert and delete lines', 'a\r\nb\r\nc\x1b[1;1H\x1b[L', ['', 'a', 'b']],
    ['a scroll region', '\x1b[2;3r\x1b[2;1Ha\r\nb\r\nc', ['', 'b', 'c']],
    ['reverse line feed', 'a\r\nb\x1b[H\x1bMz', ['z', 'a', 'b']],
    ['wide characters take two columns', '层层层层层层', ['层层层层层', '层', '']],
    ['half of a wide character that is written over leaves a blank', '层层\x1b[1;2Hx\x1b[1;3Hy', [' xy', '', '']],
    ['combining marks take none', 'e\u0301x', ['e\u0301x', '', '']],
    ['a title is not shown', '\x1b]0;me\x07ok', ['ok', '', '']],
    ['what is not known is left out', '\x1b[?9999h\x1b(Bok\x1b[>c', ['ok', '', '']],
  ])('%s', (_name, text, expected) => {
    expect(shown(10, 3, text)).toEqual(expected);
  });

  it('what stood beyond the edge of a narrower screen is erased with its line', () => {
    const screen = new Screen(20, 3);
    screen.write(encode('left      right\r\nbelow     right'));
    screen.resize(10, 3);
    screen.write(encode('\x1b[1;1Hnew\x1b[K\x1b[2;1H\x1b[J'));
    screen.resize(20, 3);
    expect(screen.lines.map((line) => line.text)).toEqual(['new', '', '']);
  });

  it('a wide character is a run of its own', () => {
    const screen = new Screen(20, 1);
    screen.write(encode('ab层c'));
    expect(screen.lines[0]?.runs.map(({ text, isWide }) => [text, isWide])).toEqual([
      ['ab', false],
      ['层', true],
      ['c', false],
    ]);
  });

  it('bytes in any pieces show the same', () => {
    const text = 'a\x1b[31mb\x1b[0m层\x1b]2;t\x1b\\\x1b[2;2Hé';
    const whole = new Screen(10, 3);
    whole.write(encode(text));
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1 }), (sizes) => {
        const screen = new Screen(10, 3);
        const bytes = encode(text);
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const size = sizes[i % sizes.length] as number;
          screen.write(bytes.subarray(at, at + size));
          at += size;
        }
        expect(screen.lines.map(({ runs }) => runs)).toEqual(whole.lines.map(({ runs }) => runs));
      }),
    );
  });

  it('colours and flags', () => {
    const screen = new Screen(20, 1);
    screen.write(encode('\x1b[1;31ma\x1b[0mb\x1b[38;5;200;48;2;255;0;0mc\x1b[7md\x1b[39;49;27me'));
    const looks = screen.lines[0]?.looks ?? [];
    expect(looks.map(foreground)).toEqual([2, 0, 201, 201, 0]);
    expect(looks.map(background)).toEqual([0, 0, 197, 197, 0]);
    expect((looks[0] as number) & LookFlag.bold).toBeTruthy();
    expect((looks[3] as number) & LookFlag.inverse).toBeTruthy();
    expect((looks[4] as number) & LookFlag.inverse).toBeFalsy();
  });

  it('a full-screen program gives the screen back', () => {
    const screen = new Screen(10, 2);
    screen.write(encode('$ vi\x1b[?1049h\x1b[2J\x1b[Htext'));
    expect(screen.isAlternate).toBe(true);
    expect(screen.lines[0]?.text).toBe('text');
    screen.write(encode('\x1b[?1049l!'));
    expect(screen.lines[0]?.text).toBe('$ vi!');
  });

  it('keeps what scrolled off, within bounds', () => {
    const screen = new Screen(10, 2);
    for (let i = 0; i < 20_000; i++) screen.write(encode(`${i}\r\n`));
    expect(screen.history.length).toBeLessThanOrEqual(6000);
    expect(screen.history.length + screen.droppedLines).toBe(19_999);
    screen.resize(5, 1);
    expect(screen.lines.length).toBe(1);
  });

  it('any bytes leave it as it should be', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const screen = new Screen(12, 4);
        screen.write(Uint8Array.from([...bytes, 27, 91, ...bytes]));
        expect(screen.lines.length).toBe(4);
        expect(screen.cursor.row).toBeGreaterThanOrEqual(0);
        expect(screen.cursor.row).toBeLessThan(4);
        expect(screen.cursor.column).toBeLessThan(12);
        for (const line of screen.lines) expect(line.cells.length).toBeLessThanOrEqual(12);
      }),
    );
  });

  it('answers where the cursor is', () => {
    const screen = new Screen(10, 3);
    const replies: string[] = [];
    screen.onReply = (text) => replies.push(text);
    screen.write(encode('ab\x1b[6n'));
    expect(replies).toEqual(['\x1b[1;3R']);
  });
});

describe('TERM-2 keys send what xterm sends', () => {
  const press = (key: string, held: Partial<Record<'ctrlKey' | 'altKey' | 'shiftKey' | 'metaKey', boolean>> = {}) =>
    keyBytes({ key, ctrlKey: false, altKey: false, metaKey: false, shiftKey: false, ...held }, false);

  it.each([
    ['a', {}, 'a'],
    ['层', {}, '层'],
    ['Enter', {}, '\r'],
    ['Backspace', {}, '\x7f'],
    ['c', { ctrlKey: true }, '\x03'],
    ['b', { altKey: true }, '\x1bb'],
    ['ArrowUp', {}, '\x1b[A'],
    ['ArrowLeft', { ctrlKey: true }, '\x1b[1;5D'],
    ['Tab', { shiftKey: true }, '\x1b[Z'],
    ['v', { metaKey: true }, undefined],
    ['Shift', { shiftKey: true }, undefined],
  ] as const)('%s %o', (key, held, expected) => {
    expect(press(key, held)).toBe(expected);
  });
});
