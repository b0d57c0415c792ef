import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import type { ArchiveSummary, OpenInput } from '../../src/worker/protocol.ts';
import { toFault } from '../../src/worker/faults.ts';
import { describeWithFixtures } from '../fixtures.ts';
import { PLAIN_QUERY, rowsOf, startExplorer } from './harness.ts';

interface Entry {
  readonly file: string;
  readonly format?: string;
}

/** As many of each format as keep the suite short: the smallest. */
const PER_FORMAT = 4;

function chosenEntries(dir: string): readonly Entry[] {
  const { entries } = JSON.parse(readFileSync(join(dir, 'archives/MANIFEST.json'), 'utf8')) as { entries: Entry[] };
  const byFormat = new Map<string, Entry[]>();
  for (const entry of entries.filter(({ file }) => statSync(join(dir, 'archives', file), { throwIfNoEntry: false }))) {
    const format = (entry.format ?? 'hostile').replace(/\(.*?\)/g, '');
    byFormat.set(format, [...(byFormat.get(format) ?? []), entry]);
  }
  const size = ({ file }: Entry) => statSync(join(dir, 'archives', file)).size;
  return [...byFormat.values()].flatMap((same) => same.sort((a, b) => size(a) - size(b)).slice(0, PER_FORMAT));
}

function inputOf(path: string): OpenInput {
  const name = basename(path);
  if (!statSync(path).isDirectory()) return { kind: 'file', file: new File([readFileSync(path)], name) };
  const files = readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => {
      const full = join(one.parentPath, one.name);
      return { path: full.slice(path.length + 1), file: new File([readFileSync(full)], one.name) };
    });
  return { kind: 'folder', name, files };
}

describeWithFixtures('PAGE-6 real archives in the explorer', (dir) => {
  it.each(dir === '' ? [] : chosenEntries(dir).map((entry) => [entry.format ?? 'hostile', entry.file] as const))(
    '%s: %s',
    async (_format, file) => {
      const explorer = startExplorer();
      const { service } = explorer;
      let summary: ArchiveSummary;
      try {
        summary = await service.open(inputOf(join(dir, 'archives', file)), 'open');
      } catch (error) {
        // Refused by name: never a bug's own message.
        expect(toFault(error)).toMatchObject({ code: expect.not.stringMatching('internal'), source: 'archive' });
        return;
      }
      await explorer.until(({ type }) => type === 'indexed');
      for (const image of summary.images) {
        const archiveId = summary.id;
        const last = image.layers.length - 1;
        expect(await service.historyTable(archiveId, image.index)).toBeDefined();
        expect(await service.documents(archiveId, image.index)).toBeDefined();
        if (last < 0) continue;
        const view = await service.treeView({ ...PLAIN_QUERY, archiveId, image: image.index, layer: last });
        expect(rowsOf(view)).toHaveLength(view.count);
        await service.treemap(archiveId, image.index, 'all');
        await service.waste(archiveId, image.index, true, 'waste');
        await service.leftovers(archiveId, image.index, 'leftovers');
      }
    },
  );
});
