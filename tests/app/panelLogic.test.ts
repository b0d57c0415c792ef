import { describe, expect, it } from 'vitest';
import { biographySteps, writersOf } from '../../src/app/panels/biography/biography.ts';
import { followLink } from '../../src/app/panels/content/followLink.ts';
import { visibleText } from '../../src/app/panels/content/visibleText.ts';
import { configFacts } from '../../src/app/panels/documents/configFacts.ts';
import { cutText } from '../../src/app/panels/documents/cutText.ts';
import { leftoverGroups } from '../../src/app/panels/leftovers/leftoverGroups.ts';
import { safeFileName } from '../../src/app/panels/parts/saveFile.ts';
import { causeShares, efficiency, filterWaste, wastefulLayers } from '../../src/app/panels/waste/wasteFigures.ts';
import type { BiographyEvent, Leftover, WastedEntry, WasteReport } from '../../src/client/protocol.ts';

const event = (layer: number, deed: BiographyEvent['deed'], more: Partial<BiographyEvent> = {}): BiographyEvent => ({
  layer,
  deed,
  entry: 7,
  kind: 0,
  sizeBytes: 100,
  mode: 0o644,
  uid: 0,
  gid: 0,
  mtimeSec: 1,
  viaPath: undefined,
  ...more,
});

describe('biographySteps', () => {
  const life = [
    event(0, 'created'),
    event(2, 'touched', { mode: 0o600, uid: 5 }),
    event(3, 'deleted', { entry: 9 }),
    event(5, 'recreated', { sizeBytes: 30 }),
  ];

  it('tells what was before, what is after, what differs and what hid it', () => {
    const told = biographySteps(life).map((step) => [step.beforeBytes, step.afterBytes, step.differs, step.hiddenBy]);
    expect(told).toEqual([
      [undefined, 100, [], 2],
      [100, 100, ['mode', 'owner'], 3],
      [100, undefined, [], undefined],
      [undefined, 30, [], undefined],
    ]);
  });

  it('gives the versions that can be shown: no whiteouts', () => {
    expect(writersOf(life).map((one) => one.layer)).toEqual([0, 2, 5]);
    expect(writersOf([event(1, 'hiddenByParent', { entry: undefined })])).toEqual([]);
  });
});

describe('followLink', () => {
  const links: Readonly<Record<string, string>> = {
    lib: 'usr/lib',
    'usr/lib/x.so': 'x.so.1',
    loop: 'pool',
    pool: 'loop',
    abs: '/usr/./lib//',
  };
  const files = ['usr', 'usr/lib', 'usr/lib/x.so.1', 'usr/bin', 'usr/bin/dash', 'bin', 'etc'];
  const lookUp = async (path: string) =>
    path in links || files.includes(path) ? { linkTarget: links[path] } : undefined;

  it.each([
    ['bin/sh', '../usr/bin/dash', 'usr/bin/dash'],
    ['bin/sh', '/lib/x.so.1', 'usr/lib/x.so.1'],
    ['a', '/lib/x.so', 'usr/lib/x.so'],
    ['a', '/abs/x.so.1', 'usr/lib/x.so.1'],
    ['bin/sh', '../../../../etc', 'etc'],
    ['link', '.', ''],
    ['bin/sh', 'dash', undefined],
    ['a', 'loop/x', undefined],
    ['a', 'loop', 'loop'],
  ])('%s -> %s', async (link, target, path) => expect(await followLink(link, target, lookUp)).toBe(path));
});

describe('visibleText', () => {
  it.each([
    ['plain\ttext\r\n', 'plain\ttext'],
    ['bell\u0007', 'bell\u2407'],
    ['\u001b[31m', '\u241b[31m'],
    ['a\rb\n', 'a\u240db'],
    ['access \u202elevel', 'access ⟨202E⟩level'],
    ['zero\u200bwidth', 'zero⟨200B⟩width'],
    ['中文 🙂', '中文 🙂'],
  ])('%j', (text, shown) => expect(visibleText(text)).toBe(shown));
});

describe('cutText', () => {
  it('folds long lines, never within a surrogate pair, and loses nothing', () => {
    const text = `${'a'.repeat(119)}${'🙂'.repeat(200)}\nshort\n\nlast`;
    const rows = cutText(text);
    expect(rows.join('')).toBe(text);
    expect(rows.every((row) => row.length <= 120 && !/[\ud800-\udfff]/u.test(row))).toBe(true);
    expect(rows.slice(-3)).toEqual(['short\n', '\n', 'last']);
  });
});

describe('configFacts', () => {
  it('words commands, tells the user that is not told, and leaves out what is absent', () => {
    const facts = configFacts({
      diffIds: [],
      history: [],
      os: 'linux',
      architecture: 'arm',
      variant: 'v7',
      config: {
        cmd: ['sh', '-c', "echo 'hi'"],
        healthcheck: { test: ['CMD-SHELL', 'curl -f x || exit 1'] },
        env: [],
        labels: { a: 'b' },
      },
    });
    expect(Object.fromEntries(facts.map((fact) => [fact.key, fact.lines]))).toEqual({
      cmd: ["sh -c 'echo '\\''hi'\\'''"],
      user: ['root (0)'],
      healthcheck: ['curl -f x || exit 1'],
      labels: ['a=b'],
      platform: ['linux/arm/v7'],
    });
  });
});

const wasted = (path: string, cause: WastedEntry['cause'], bytes: number, layer: number): WastedEntry => ({
  path,
  cause,
  bytes,
  layer,
  entry: 1,
  byLayer: layer + 1,
  remedy: 'squash',
});

describe('waste figures', () => {
  const report: WasteReport = {
    entries: [wasted('var/a', 'deleted', 30, 1), wasted('etc/b', 'superseded', 10, 0)],
    entryCount: 2,
    totalBytes: 40,
    imageBytes: 160,
    byCause: { superseded: 10, deleted: 30, metadataOnly: 0, duplicate: 0 },
    byLayer: [10, 30, 0],
    contentsCompared: false,
    dive: { efficiency: 1, wastedBytes: 0, userWastedFraction: 0, imageBytes: 160, userBytes: 100, inefficiencies: [] },
  };

  it('gives shares, layers and efficiency', () => {
    expect(causeShares(report).map((share) => [share.cause, share.fraction])).toEqual([
      ['superseded', 0.25],
      ['deleted', 0.75],
      ['metadataOnly', 0],
      ['duplicate', 0],
    ]);
    expect(wastefulLayers(report)).toEqual([
      { layer: 1, bytes: 30 },
      { layer: 0, bytes: 10 },
    ]);
    expect(efficiency(report)).toBe(0.75);
    expect(efficiency({ ...report, imageBytes: 0 })).toBe(1);
  });

  it('filters by cause and path', () => {
    expect(filterWaste(report.entries, new Set(['deleted']), '')).toHaveLength(1);
    expect(filterWaste(report.entries, new Set(), 'ETC')).toHaveLength(1);
    expect(filterWaste(report.entries, new Set(['deleted']), 'etc')).toHaveLength(0);
  });
});

describe('leftoverGroups', () => {
  const leftover = (kind: Leftover['kind'], path: string, hidden: boolean): Leftover => ({
    kind,
    path,
    hidden,
    layer: 0,
    entry: 0,
    sizeBytes: 5,
    offset: undefined,
    excerpt: undefined,
  });

  it('puts secrets first and, within a kind, what is hidden', () => {
    const groups = leftoverGroups([
      leftover('temporary', 'tmp/x', false),
      leftover('privateKey', 'a', false),
      leftover('privateKey', 'b', true),
    ]);
    expect(groups.map((group) => [group.kind, group.isSecret, group.bytes])).toEqual([
      ['privateKey', true, 10],
      ['temporary', false, 5],
    ]);
    expect(groups[0]?.items.map((one) => one.path)).toEqual(['b', 'a']);
  });
});

describe('safeFileName', () => {
  it.each([
    ['usr/bin/[', '['],
    ['a/b:c*?.txt', 'b_c__.txt'],
    ['x/..', 'file'],
    ['', 'file'],
    ['bad\udc80name', 'bad_name'],
    ['中文.txt', '中文.txt'],
  ])('%j', (path, name) => expect(safeFileName(path, 'file')).toBe(name));
});
