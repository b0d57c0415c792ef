import type { KeyValues } from './keyValues.ts';
import { PersistenceError } from './persistenceError.ts';
import { checkArchiveRecord, checkLayerRecord, checkStoredFiles, fileNameOf, ownColumns } from './records.ts';
import type { ArchiveRecord, Discarded, StateStore, StoredArchives } from './stateStore.ts';

const ARCHIVES = 'archive/';
const VIEW = 'view';

/** The state store's layout: `archive/ID`, `layer/ID/N`, `contents/ID` and `view`. Never one record a file:
 *  ten thousand small records cost as much as one of 100 MB. */
export function keyValueStateStore(keyValues: KeyValues): StateStore {
  return {
    archives: () => readArchives(keyValues),
    // The record decides what is there after a crash: it must be on the disk.
    putArchive: (record) => keyValues.change({ put: [[archiveKey(record.id), record]], durability: 'strict' }),
    updateArchive: (record) =>
      keyValues.change({
        onlyIf: archiveKey(record.id),
        put: [[archiveKey(record.id), record]],
        durability: 'relaxed',
      }),
    removeArchive: (id) =>
      keyValues.change({
        remove: [archiveKey(id), contentsKey(id)],
        removePrefix: layersPrefix(id),
        durability: 'strict',
      }),

    putLayers: (record, layers) =>
      keyValues.change({
        onlyIf: archiveKey(record.id),
        put: [
          ...layers.map(([layer, value]) => {
            const owned = { ...value, columns: ownColumns(value.columns) };
            return [`${layersPrefix(record.id)}${layer}`, owned] as const;
          }),
          [archiveKey(record.id), record],
        ],
        durability: 'relaxed',
      }),
    async layer(id, layer) {
      const value = await keyValues.get(`${layersPrefix(id)}${layer}`);
      return value === undefined ? undefined : checkLayerRecord(value);
    },

    putContents: (record, files) =>
      keyValues.change({
        put: [
          [contentsKey(record.id), files],
          [archiveKey(record.id), record],
        ],
        durability: 'strict',
      }),
    async contents(id) {
      const value = await keyValues.get(contentsKey(id));
      return value === undefined ? undefined : checkStoredFiles(value);
    },
    removeContents: (record) =>
      keyValues.change({
        remove: [contentsKey(record.id)],
        put: [[archiveKey(record.id), record]],
        durability: 'strict',
      }),

    putView: (state) => keyValues.change({ put: [[VIEW, state]], durability: 'relaxed' }),
    view: () => keyValues.get(VIEW),
  };
}

async function readArchives(keyValues: KeyValues): Promise<StoredArchives> {
  const records: ArchiveRecord[] = [];
  const discarded: Discarded[] = [];
  for (const [key, value] of await keyValues.pairs(ARCHIVES)) {
    try {
      records.push(checkArchiveRecord(value));
    } catch (error) {
      if (!(error instanceof PersistenceError)) throw error;
      discarded.push({ reason: error.code, fileName: fileNameOf(value) });
      const id = key.slice(ARCHIVES.length);
      const remove = [key, contentsKey(id)];
      await keyValues.change({ remove, removePrefix: layersPrefix(id), durability: 'relaxed' });
    }
  }
  records.sort((a, b) => a.openedAtMs - b.openedAtMs);
  return { records, discarded };
}

function archiveKey(id: string): string {
  return `${ARCHIVES}${id}`;
}

function layersPrefix(id: string): string {
  return `layer/${id}/`;
}

function contentsKey(id: string): string {
  return `contents/${id}`;
}
