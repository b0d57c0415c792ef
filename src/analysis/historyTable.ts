import type { Platform } from '../bytes/platform.ts';
import { chainIds } from '../image/chainId.ts';
import type { Digest } from '../image/digest.ts';
import type { HistoryEntry } from '../image/config.ts';
import type { LayerChanges } from './layerSizes.ts';

/** One step of an image's history beside the layer that it made. */
export interface HistoryRow {
  readonly step: number;
  readonly created: string | undefined;
  readonly createdBy: string;
  readonly comment: string | undefined;
  readonly emptyLayer: boolean;
  /** Position in the image's stack; undefined when the step is empty, or when the history tells of more layers
   *  than there are. */
  readonly layer: number | undefined;
  readonly diffId: string | undefined;
  readonly blobDigest: string | undefined;
  readonly chainId: string | undefined;
  readonly storedBytes: number;
  readonly contributedBytes: number;
  /** Of an empty step: as before it. */
  readonly cumulativeBytes: number;
  /** Entries by what the layer does to them; undefined until it is indexed, and of an empty step. */
  readonly counts: LayerChanges['counts'] | undefined;
}

/** What the table needs of one layer, base first. Sizes are 0 until the layer is indexed. */
export interface HistoryLayer {
  readonly diffId: string | undefined;
  readonly blobDigest: string | undefined;
  readonly storedBytes: number;
  readonly contributedBytes: number;
  readonly cumulativeBytes: number;
  readonly counts?: LayerChanges['counts'] | undefined;
}

/** Steps in order, each that is not empty with the next layer. The history is a story that the image tells of
 *  itself: where it is shorter than the stack, the layers left over become steps without an instruction; where it
 *  is longer, steps stay without a layer. A chainID ends at the first layer whose diffID is unknown. */
export function historyTable(
  history: readonly HistoryEntry[],
  layers: readonly HistoryLayer[],
  platform: Platform,
): readonly HistoryRow[] {
  const chainIds = chainIdsOf(layers, platform);
  const rows: HistoryRow[] = [];
  let next = 0;
  let cumulativeBytes = 0;
  const addRow = (entry: HistoryEntry, emptyLayer: boolean) => {
    const position = emptyLayer || next >= layers.length ? undefined : next++;
    const layer = position === undefined ? undefined : layers[position];
    cumulativeBytes = layer?.cumulativeBytes ?? cumulativeBytes;
    rows.push({
      step: rows.length,
      created: entry.created,
      createdBy: entry.createdBy ?? '',
      comment: entry.comment,
      emptyLayer,
      layer: position,
      diffId: layer?.diffId,
      blobDigest: layer?.blobDigest,
      chainId: position === undefined ? undefined : chainIds[position],
      storedBytes: layer?.storedBytes ?? 0,
      contributedBytes: layer?.contributedBytes ?? 0,
      cumulativeBytes,
      counts: layer?.counts,
    });
  };
  for (const entry of history) addRow(entry, entry.emptyLayer === true);
  while (next < layers.length) addRow({}, false);
  return rows;
}

function chainIdsOf(layers: readonly HistoryLayer[], platform: Platform): readonly (string | undefined)[] {
  const unknown = layers.findIndex((layer) => layer.diffId === undefined);
  const known = unknown < 0 ? layers : layers.slice(0, unknown);
  return chainIds(
    known.map((layer) => layer.diffId as Digest),
    platform,
  );
}

/** The instruction that made each layer, base first; undefined where the history does not tell. */
export function layerInstructions(history: readonly HistoryEntry[], layerCount: number): (string | undefined)[] {
  const made = history.filter((entry) => entry.emptyLayer !== true).map((entry) => entry.createdBy);
  return Array.from({ length: layerCount }, (_, layer) => made[layer]);
}
