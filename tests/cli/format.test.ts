import { describe, expect, it } from 'vitest';
import { formatBytes } from '../../src/cli/formatSize.ts';
import { wrapText } from '../../src/cli/wrapText.ts';
import { modeText, timeText } from '../../src/cli/longListing.ts';
import { ProgressLine, progressText } from '../../src/cli/progress.ts';
import { chooseStyle } from '../../src/cli/style.ts';
import { clipText, formatTable, visibleWidth } from '../../src/cli/table.ts';
import { EntryKind } from '../../src/vfs/layerTree.ts';

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [9_949, '9.9 kB'],
    [9_960, '10 kB'],
    [999_499, '999 kB'],
    [999_500, '1.0 MB'],
    [1_234_567_890, '1.2 GB'],
    [Number.MAX_SAFE_INTEGER, '9.0 PB'],
  ])('%d is %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));
});

describe('modeText', () => {
  it.each([
    [EntryKind.file, 0o644, '-rw-r--r--'],
    [EntryKind.directory, 0o1777, 'drwxrwxrwt'],
    [EntryKind.file, 0o4755, '-rwsr-xr-x'],
    [EntryKind.file, 0o6644, '-rwSr-Sr--'],
    [EntryKind.directory, 0o1776, 'drwxrwxrwT'],
    [EntryKind.symlink, 0o777, 'lrwxrwxrwx'],
    [EntryKind.charDevice, 0, 'c---------'],
    [EntryKind.whiteout, 0o644, 'w---------'],
  ] as const)('kind %d mode %o', (kind, mode, text) => expect(modeText(kind, mode)).toBe(text));
});

describe('timeText', () => {
  it.each([
    [0, '1970-01-01 00:00'],
    [1_700_000_000, '2023-11-14 22:13'],
    [-1, '1969-12-31 23:59'],
    [9e15, '@9000000000000000'],
  ])('%d', (seconds, text) => expect(timeText(seconds)).toBe(text));
});

describe('tables', () => {
  it('aligns by what is seen, colour codes and wide characters counted right', () => {
    const lines = formatTable(
      [
        { title: 'n', align: 'right' },
        { title: 'name', align: 'left' },
        { title: 'rest', align: 'left' },
      ],
      [
        ['1', '\u001b[31mred\u001b[0m', 'x'],
        ['100', '图层', 'y '],
      ],
    );
    expect(lines).toEqual(['  n  name  rest', '  1  \u001b[31mred\u001b[0m   x', '100  图层  y']);
  });

  it('clips by width', () => {
    expect(clipText('abcdef', 6)).toBe('abcdef');
    expect(clipText('abcdef', 4)).toBe('abc…');
    expect(visibleWidth(clipText('图层图层', 5))).toBeLessThanOrEqual(5);
  });

  it('wraps help, and words too long for a line are clipped', () => {
    expect(wrapText('aa bb cc', 5)).toEqual(['aa bb', 'cc']);
    expect(wrapText('a'.repeat(9), 5)).toEqual(['aaaa…']);
  });
});

describe('chooseStyle', () => {
  it.each([
    [{}, true, '\u001b[1mx\u001b[0m'],
    [{ NO_COLOR: '' }, true, '\u001b[1mx\u001b[0m'],
    [{ NO_COLOR: '1' }, true, 'x'],
    [{ TERM: 'dumb' }, true, 'x'],
    [{}, false, 'x'],
  ])('%j on a terminal: %s', (environment: Record<string, string>, isTerminal, text) => {
    expect(chooseStyle(environment, isTerminal).bold('x')).toBe(text);
  });
});

describe('ProgressLine', () => {
  const progress = { phase: 'index', doneBytes: 5e6, totalBytes: 1e7 };

  function draw(isTTY: boolean, times: readonly number[]): string[] {
    const written: string[] = [];
    let now = 0;
    const line = new ProgressLine({ isTTY, columns: 80, write: (text) => written.push(text) }, () => now);
    for (const time of times) {
      now = time;
      line.show(progress);
    }
    line.clear();
    line.clear();
    return written;
  }

  it('is silent in the first second and where there is no terminal', () => {
    expect(draw(true, [0, 500, 999])).toEqual([]);
    expect(draw(false, [0, 5000])).toEqual([]);
  });

  it('draws ten times a second at most, and clears once', () => {
    expect(draw(true, [1000, 1050, 1099, 1100])).toEqual([
      '\r\u001b[Kindex  50 %  5.0 MB of 10 MB',
      '\r\u001b[Kindex  50 %  5.0 MB of 10 MB',
      '\r\u001b[K',
    ]);
  });

  it('tells only what is known', () => {
    expect(progressText({ phase: 'read', doneBytes: 1500, totalBytes: undefined })).toBe('read  1.5 kB');
    expect(progressText({ phase: 'read', doneBytes: 20, totalBytes: 10 })).toBe('read  100 %  20 B of 10 B');
  });
});
