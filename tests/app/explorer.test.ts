import { beforeEach, describe, expect, it } from 'vitest';
import { ServiceError } from '../../src/client/explorerClient.ts';
import type {
  ArchiveSummary,
  EntryDetail,
  ExplorerService,
  LayerSummary,
  TreeView,
} from '../../src/client/protocol.ts';
import { ExplorerState } from '../../src/app/state/explorer.svelte.ts';
import { currentRoute, followRoute, followStoredView, viewToStore } from '../../src/app/state/routing.svelte.ts';
import { viewOf } from './treeViews.ts';

const layer = (index: number): LayerSummary => ({
  index,
  diffId: undefined,
  blobDigest: undefined,
  mediaType: undefined,
  compression: 'none',
  presence: 'present',
  path: undefined,
  storedBytes: 10,
  state: 'waiting',
  fault: undefined,
  tarBytes: 0,
  entryCount: 0,
  contentBytes: 0,
  addedCount: 0,
  whiteoutCount: 0,
  opaqueCount: 0,
  findings: [],
});

/** Two images over three layers: 0 is an artifact, 1 and 2 share their base. */
function archive(id: string): ArchiveSummary {
  const image = (index: number, layers: readonly number[], isArtifact: boolean) => ({
    index,
    imageId: undefined,
    v1Id: undefined,
    manifestDigest: undefined,
    mediaType: undefined,
    tags: [],
    platform: undefined,
    created: undefined,
    isArtifact,
    describedBy: 'oci',
    config: undefined,
    annotations: {},
    findings: [],
    layers,
  });
  return {
    id,
    fileName: `${id}.tar`,
    sizeBytes: 1,
    format: 'oci-layout',
    alsoFormats: [],
    outerCompression: [],
    images: [image(0, [], true), image(1, [0, 1], false), image(2, [0, 2], false)],
    layers: [layer(0), layer(1), layer(2)],
    findings: [],
    kept: false,
    needsFile: false,
    hasHandle: false,
    origin: 'file',
    url: undefined,
  };
}

/** A service of which a test answers the calls itself. */
class Answers {
  readonly calls: {
    readonly method: string;
    readonly args: readonly unknown[];
    settle(value: unknown): void;
    fail(error: unknown): void;
  }[] = [];
  readonly service = new Proxy({} as ExplorerService, {
    get:
      (_, method: string) =>
      (...args: readonly unknown[]) =>
        new Promise((settle, fail) => this.calls.push({ method, args, settle, fail })),
  });

  of(method: string) {
    return this.calls.filter((call) => call.method === method);
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
const file = (name: string) => ({ name, input: { kind: 'file', file: new File([], name) } as const });
const detail = (path: string): EntryDetail => ({ path, layer: 1, entry: 7, visible: true }) as EntryDetail;

let answers: Answers;
let explorer: ExplorerState;

beforeEach(() => {
  answers = new Answers();
  explorer = new ExplorerState(answers.service);
});

describe('opening', () => {
  it('selects the first image that is no artifact, its top layer, merged', () => {
    explorer.addArchive(archive('a'));
    expect(explorer.image?.index).toBe(1);
    expect(explorer.layers.map((one) => one.index)).toEqual([0, 1]);
    expect(explorer.query).toMatchObject({ archiveId: 'a', image: 1, layer: 1, mode: 'union' });
  });

  it('PAGE-5 a file that fails leaves a fault, and what was open', async () => {
    explorer.addArchive(archive('a'));
    const opening = explorer.open([file('bad.tar'), file('b.tar')]);
    const [bad, good] = answers.of('open');
    bad?.fail(new ServiceError({ code: 'unknownFormat', message: 'no tar' }));
    good?.settle(archive('b'));
    await opening;
    expect(explorer.archives.map((one) => one.id)).toEqual(['a', 'b']);
    expect(explorer.archiveId).toBe('b');
    expect(explorer.calls.faults).toMatchObject([
      { kind: 'open', subject: 'bad.tar', fault: { code: 'unknownFormat' } },
    ]);
    expect(explorer.calls.busy.filter((call) => call.kind === 'open')).toEqual([]);
  });

  it('what the reader cancels is no fault', async () => {
    const opening = explorer.open([file('a.tar')]);
    answers.of('open')[0]?.fail(new ServiceError({ code: 'cancelled', message: '' }));
    await opening;
    expect(explorer.calls.faults).toEqual([]);
  });

  it('the same fault twice is shown once', async () => {
    for (const turn of [0, 1]) {
      const opening = explorer.open([file('a.tar')]);
      answers.of('open')[turn]?.fail(new ServiceError({ code: 'empty', message: '' }));
      await opening;
    }
    expect(explorer.calls.faults.length).toBe(1);
  });

  it('shows progress on the call that it belongs to', () => {
    void explorer.open([file('a.tar'), file('b.tar')]);
    const callId = answers.of('open')[1]?.args[1] as string;
    explorer.onEvent({ type: 'progress', callId, phase: 'open', doneBytes: 5, totalBytes: 10 });
    expect(explorer.calls.busy.map((call) => call.doneBytes)).toEqual([0, 5]);
  });

  it('a layer that has been indexed replaces its summary', () => {
    explorer.addArchive(archive('a'));
    explorer.onEvent({ type: 'layerIndexed', archiveId: 'a', layer: { ...layer(1), state: 'indexed', entryCount: 9 } });
    expect(explorer.layers.map((one) => one.entryCount)).toEqual([0, 9]);
  });
});

describe('the tree', () => {
  const view = (name: string): TreeView => viewOf([{ name }]);

  it('a late answer to an older query does not replace a newer one', async () => {
    explorer.addArchive(archive('a'));
    const query = explorer.query;
    if (!query) throw new Error('no query');
    const loads = [explorer.loadTree(query), explorer.loadTree({ ...query, xray: true })];
    const [older, newer] = answers.of('treeView');
    newer?.settle(view('newer'));
    older?.settle(view('older'));
    await Promise.all(loads);
    expect(explorer.tree.path(0)).toBe('newer');
  });

  it('nothing of another image stays in sight', () => {
    explorer.addArchive(archive('a'));
    explorer.tree.setView(view('old'), 'kept');
    explorer.selectImage(2);
    expect(explorer.tree.view).toBeUndefined();
  });

  it('asking for hidden rows turns x-ray on', () => {
    explorer.setFilter({ changes: ['hidden'] });
    expect(explorer.xray).toBe(true);
  });

  it.each([
    [-5, 0],
    [1, 1],
    [99, 1],
  ])('selecting layer %d stays within the stack', (wanted, layerShown) => {
    explorer.addArchive(archive('a'));
    explorer.selectLayer(wanted);
    expect([explorer.layer, explorer.mode]).toEqual([layerShown, 'union']);
  });
});

describe('PAGE-4 routes and the stored view', () => {
  beforeEach(() => {
    explorer.addArchive(archive('a'));
    explorer.addArchive(archive('b'));
  });

  it('following a route shows what it names', async () => {
    const route = { archiveId: 'a', image: 2, layer: 0, mode: 'layer', panel: 'biography', path: 'etc/motd' } as const;
    followRoute(explorer, route);
    answers.of('entryDetail')[0]?.settle(detail('etc/motd'));
    await settled();
    expect(currentRoute(explorer)).toEqual(route);
  });

  it('names a version that is not the visible one', async () => {
    const selecting = explorer.selectPath('etc/motd', { layer: 0, entry: 3 });
    answers.of('entryDetail')[0]?.settle(detail('etc/motd'));
    await selecting;
    expect(currentRoute(explorer).version).toEqual({ layer: 0, entry: 3 });
  });

  it('an archive that is not there changes nothing', () => {
    const before = currentRoute(explorer);
    followRoute(explorer, { archiveId: 'gone', layer: 0 });
    expect(currentRoute(explorer)).toEqual(before);
  });

  it('a stored view brings back x-ray, order, filter, folds and place', () => {
    explorer.toggleXray();
    explorer.setSort('size');
    explorer.setFilter({ text: '*.conf', changes: ['added', 'hidden'], minBytes: 1024 });
    explorer.tree.foldState = { everything: 'open', exceptions: ['etc', 'usr/share'] };
    explorer.selectArchive('a');
    explorer.selectLayer(0);
    const stored = structuredClone(viewToStore(explorer));
    const next = new ExplorerState(answers.service);
    next.archives = explorer.archives;
    followStoredView(next, stored, '');
    expect(viewToStore(next)).toEqual(stored);
  });

  it.each([
    undefined,
    null,
    7,
    'x',
    { version: 1, hash: 5, sort: 'sideways', filter: { changes: 'all' }, folds: { everything: 'ajar' } },
  ])('survives %j in its place', (stored) => {
    const next = new ExplorerState(answers.service);
    next.archives = explorer.archives;
    followStoredView(next, stored, '#/a/none');
    expect(next.archiveId).toBe('b');
    expect([next.xray, next.sort, next.filter.text]).toEqual([false, 'name', '']);
    expect(next.tree.foldState).toEqual({ everything: 'folded', exceptions: [] });
  });
});

describe('PAGE-12 going to a path that the view leaves out', () => {
  const whole = viewOf([{ name: 'etc', children: [{ name: 'motd' }] }]);
  const other = viewOf([{ name: 'var' }]);

  async function shown(view: TreeView): Promise<void> {
    const { query } = explorer;
    if (!query) throw new Error('nothing to ask for');
    const loading = explorer.loadTree(query);
    answers.of('treeView').at(-1)?.settle(view);
    await loading;
  }

  async function goTo(found: Partial<EntryDetail>, version?: { layer: number; entry: number }): Promise<void> {
    const going = explorer.goTo('etc/motd', version);
    answers
      .of('entryDetail')
      .at(-1)
      ?.settle({ ...detail('etc/motd'), ...found });
    await going;
  }

  beforeEach(() => explorer.addArchive(archive('a')));

  it('of one layer: all layers are shown, and the path is found in them', async () => {
    explorer.setMode('layer');
    await shown(other);
    await goTo({});
    expect(explorer.mode).toBe('merged');
    await shown(whole);
    expect(explorer.tree.path(explorer.tree.focused)).toBe('etc/motd');
  });

  it('of a filter: the filter goes', async () => {
    explorer.setFilter({ text: 'var' });
    await shown(other);
    await goTo({});
    expect(explorer.filter).toEqual({ changes: [], text: '', minBytes: 0 });
    expect(explorer.mode).toBe('merged');
  });

  it('of lower layers: all are shown', async () => {
    explorer.selectLayer(0);
    await shown(other);
    await goTo({}, { layer: 1, entry: 7 });
    expect(explorer.mode).toBe('merged');
  });

  it('of what is visible: x-ray comes', async () => {
    await shown(other);
    await goTo({ visible: false });
    expect(explorer.xray).toBe(true);
  });

  it('what the view shows changes nothing', async () => {
    explorer.setMode('layer');
    explorer.setFilter({ text: 'motd' });
    await shown(whole);
    await goTo({});
    expect([explorer.mode, explorer.filter.text]).toEqual(['layer', 'motd']);
  });
});
