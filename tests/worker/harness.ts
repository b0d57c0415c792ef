import { memoryKeyValues } from '../../src/persistence/keyValues.ts';
import { keyValueStateStore } from '../../src/persistence/keyValueStateStore.ts';
import type { StateStore } from '../../src/persistence/stateStore.ts';
import { BlobSource, webPlatform } from '../../src/platform/web.ts';
import { createExplorerService } from '../../src/worker/explorerService.ts';
import type { ExplorerEvent, ExplorerService, TreeQuery, TreeView } from '../../src/worker/protocol.ts';

export interface Explorer {
  readonly service: ExplorerService;
  readonly events: ExplorerEvent[];
  /** Waits for the first event that fits, past or to come. */
  until(fits: (event: ExplorerEvent) => boolean): Promise<ExplorerEvent>;
}

export function memoryStore(): StateStore {
  return keyValueStateStore(memoryKeyValues());
}

/** An explorer as a page has it, without the worker around it. Several on one store are tabs, or reloads. */
export function startExplorer(
  store: StateStore = memoryStore(),
  options: { readonly freeBytes?: number; readonly onEvent?: (event: ExplorerEvent) => void } = {},
): Explorer {
  const events: ExplorerEvent[] = [];
  const waiting = new Set<() => void>();
  const service = createExplorerService({
    emit: (event) => {
      events.push(event);
      options.onEvent?.(event);
      for (const look of waiting) look();
    },
    loadHost: async () => ({
      platform: webPlatform(),
      openBlob: (blob) => new BlobSource(blob),
      freeBytes: async () => options.freeBytes,
    }),
    openStore: async () => ({ store, isLasting: true, discarded: [] }),
  });
  const until = (fits: (event: ExplorerEvent) => boolean) =>
    new Promise<ExplorerEvent>((resolve) => {
      const look = () => {
        const event = events.find(fits);
        if (event) resolve(event);
      };
      waiting.add(look);
      look();
    });
  return { service, events, until };
}

export const PLAIN_QUERY = {
  image: 0,
  mode: 'union',
  xray: false,
  filter: { changes: [], text: '', minBytes: 0 },
  sort: 'name',
} as const satisfies Partial<TreeQuery>;

export interface Row {
  readonly path: string;
  readonly layer: number;
  readonly entry: number;
  readonly fate: number;
  readonly byLayer: number;
  readonly size: number;
}

/** The rows of a view with their paths, as the page would make them. */
export function rowsOf(view: TreeView): readonly Row[] {
  const names: string[] = [];
  const decoder = new TextDecoder();
  return Array.from({ length: view.count }, (_, row) => {
    names.length = view.depth[row] ?? 0;
    names.push(decoder.decode(view.names.subarray(view.nameStart[row], view.nameStart[row + 1])));
    const at = (column: ArrayLike<number>) => column[row] ?? Number.NaN;
    return {
      path: names.join('/'),
      layer: at(view.layer),
      entry: at(view.entry),
      fate: at(view.fate),
      byLayer: at(view.byLayer),
      size: at(view.size),
    };
  });
}
