/** What a mount tells while it works. `path` is from the mount's root, without a leading slash. Layers are counted as
 *  in the stack: 0 the upper, 1 the topmost lower. */
export type MountEvent =
  | {
      readonly type: 'lookup';
      readonly path: string;
      /** Layers that were asked, in order. */
      readonly layers: readonly number[];
      readonly found: boolean;
    }
  | {
      readonly type: 'copyUp';
      readonly path: string;
      readonly fromLayer: number;
      readonly copied: 'data' | 'metadata' | 'link';
      readonly sizeBytes: number;
    }
  | { readonly type: 'whiteout'; readonly path: string }
  | { readonly type: 'opaque'; readonly path: string }
  | { readonly type: 'create'; readonly path: string; readonly mode: number }
  | { readonly type: 'remove'; readonly path: string }
  | { readonly type: 'rename'; readonly from: string; readonly to: string; readonly exchange: boolean }
  | { readonly type: 'merge'; readonly path: string; readonly layers: readonly number[]; readonly names: number };

export type MountListener = (event: MountEvent) => void;

/** What a mount has done since it was made. */
export interface MountCounters {
  /** Names looked for in the layers, the kept ones not counted. */
  lookups: number;
  /** Layers asked for those names. */
  layersSearched: number;
  copiedUpObjects: number;
  copiedUpBytes: number;
  whiteouts: number;
  mergedDirectories: number;
}

export function newCounters(): MountCounters {
  return {
    lookups: 0,
    layersSearched: 0,
    copiedUpObjects: 0,
    copiedUpBytes: 0,
    whiteouts: 0,
    mergedDirectories: 0,
  };
}
