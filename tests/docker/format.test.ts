import { describe, expect, it } from 'vitest';
import { displayWidth, ellipsis } from '../../src/docker/format/displayWidth.ts';
import { portsText } from '../../src/docker/format/ports.ts';
import { FormatError, formatRows, type RowKind } from '../../src/docker/format/rows.ts';
import { alignColumns, TABLE } from '../../src/docker/format/tabWriter.ts';
import { indentJson } from '../../src/docker/inspection.ts';
import { formatDuration, formatTime } from '../../src/docker/template/goTime.ts';
import { planCopy } from '../../src/docker/copy/copyPlan.ts';
import { keepEnding, splitPath } from '../../src/docker/copy/paths.ts';
import { parseTimeOption } from '../../src/docker/timeOption.ts';

describe('columns', () => {
  it.each([
    ['a\tb\nccccccccccc\td\n', 'a             b\nccccccccccc   d\n'],
    ['a\tb\n\nc\td\n', 'a         b\n\nc         d\n'],
    ['one\ntwo\tx\n', 'one\ntwo       x\n'],
    ['漢字\tx\n', '漢字      x\n'],
    ['', ''],
  ])('%j', (text, aligned) => {
    expect(alignColumns(text, TABLE)).toBe(aligned);
  });
});

describe('texts that are cut', () => {
  it.each([
    ['short', 20, 'short'],
    ['exactly-ten', 10, 'exactly-t…'],
    ['漢字漢字', 5, '漢字…'],
    ['x', 1, 'x'],
    ['x', 0, ''],
  ])('%s to %i', (text, columns, cut) => {
    expect(ellipsis(text, columns)).toBe(cut);
    expect(displayWidth(ellipsis(text, columns))).toBeLessThanOrEqual(Math.max(columns, displayWidth(cut)));
  });
});

describe('rows by a format', () => {
  interface Row {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
  }
  const kind: RowKind<Row> = {
    typeName: 'formatter.someContext',
    columns: {
      Name: { header: 'NAME', text: ({ name }) => name },
      Hidden: { text: () => 'h' },
    },
    labels: ({ labels }) => labels,
  };
  const rows: Row[] = [
    { name: 'a', labels: { 'org.x.who': 'me' } },
    { name: '<b>', labels: {} },
  ];

  it.each([
    ['{{.Name}}', 'a\n<b>\n'],
    ['table {{.Name}}\\t{{.Name}}', 'NAME      NAME\na         a\n<b>       <b>\n'],
    ['table {{upper .Name}}', 'NAME\nA\n<B>\n'],
    ['json', '{"Hidden":"h","Name":"a"}\n{"Hidden":"h","Name":"\\u003cb\\u003e"}\n'],
    ['{{.Label "org.x.who"}}', 'me\n\n'],
    ['table {{.Label "org.x.who"}}', 'who\nme\n\n'],
  ])('%s', (format, text) => {
    expect(formatRows(kind, format, rows)).toBe(text);
  });

  it.each([
    [
      '{{.Nope}}',
      `template parsing error: template: :1:2: executing "" at <.Nope>: can't evaluate field Nope in type *formatter.someContext`,
    ],
    ['{{.Name', 'template parsing error: template: :1: unclosed action'],
  ])('%s is told', (format, message) => {
    expect(() => formatRows(kind, format, rows)).toThrow(new FormatError(message));
  });
});

describe('ports', () => {
  it('stand in groups, changed ones at the end', () => {
    const tcp = (privatePort: number, publicPort?: number, ip?: string) => ({
      privatePort,
      protocol: 'tcp' as const,
      ...(publicPort === undefined ? {} : { publicPort }),
      ...(ip === undefined ? {} : { ip }),
    });
    const ports = [
      tcp(82),
      tcp(80),
      tcp(81),
      tcp(90, 9090, '0.0.0.0'),
      tcp(443, 443, '0.0.0.0'),
      tcp(444, 444, '0.0.0.0'),
    ];
    expect(portsText(ports, '20.10')).toBe('80-82/tcp, 0.0.0.0:443-444->443-444/tcp, 0.0.0.0:9090->90/tcp');
    expect(portsText([tcp(80, 80, '::')], '28')).toBe('[::]:80->80/tcp');
    expect(portsText([], '28')).toBe('');
  });
});

describe('times', () => {
  it.each([
    ['2024-01-02T03:04:05Z', '2024-01-02 03:04:05 +0000 UTC'],
    ['2024-01-02T03:04:05.600Z', '2024-01-02 03:04:05.6 +0000 UTC'],
  ])('%s', (text, shown) => {
    expect(formatTime(text)).toBe(shown);
  });

  it.each([
    [0n, '0s'],
    [1_500_000n, '1.5ms'],
    [90_000_000_000n, '1m30s'],
    [3_600_000_000_000n, '1h0m0s'],
    [-250_000_000n, '-250ms'],
  ])('%s ns', (ns, shown) => {
    expect(formatDuration(ns)).toBe(shown);
  });

  it.each([
    ['10m', 400],
    ['2024-01-02', 1_704_153_600],
    ['2024-01-02T03:04:05Z', 1_704_164_645],
    ['1700000000.5', 1_700_000_000.5],
    ['yesterday', undefined],
  ])('since %s', (text, sec) => {
    expect(parseTimeOption(text, 1000)).toBe(sec);
  });
});

describe('indented JSON', () => {
  it('has a line for each member, and none for empty ones', () => {
    expect(indentJson([{ a: [], b: {}, c: ['<', 1] }], '  ')).toBe(
      '[\n  {\n    "a": [],\n    "b": {},\n    "c": [\n      "\\u003c",\n      1\n    ]\n  }\n]',
    );
  });
});

describe('where a copy goes', () => {
  it.each([
    ['f', false, '/d', 'directory', { directory: '/d', name: 'f' }],
    ['f', false, '/d/g', 'missing', { directory: '/d', name: 'g' }],
    ['f', false, '/d/g', 'other', { directory: '/d', name: 'g' }],
    ['s', true, '/d', 'directory', { directory: '/d', name: 's' }],
    ['.', true, '/d', 'missing', { directory: '/', name: 'd' }],
    ['s', true, '/f', 'other', 'cannot copy directory'],
    ['f', false, '/d/', 'missing', 'no such directory'],
  ] as const)('%s (directory: %s) to %s (%s)', (name, isDirectory, path, targetKind, result) => {
    const plan = () => planCopy({ name, isDirectory }, { path, kind: targetKind });
    if (typeof result === 'string') expect(plan).toThrow(result);
    else expect(plan()).toEqual(result);
  });

  it('keeps how a path ends', () => {
    expect(keepEnding('/a/b', 'b/.')).toBe('/a/b/.');
    expect(keepEnding('/a/b', 'b/')).toBe('/a/b/');
    expect(splitPath('/a/b/.')).toEqual({ directory: '/a/b', base: '.' });
    expect(splitPath('/a/b/')).toEqual({ directory: '/a', base: 'b' });
  });
});
