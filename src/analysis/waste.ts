/** Bytes that an image carries and nobody can read, or that it carries twice; each with its cause. */
export type WasteCause =
  | 'superseded' // a later layer has another version of the file
  | 'deleted' // a later layer removes it: whiteout, opaque directory, or a directory replaced or removed
  | 'metadataOnly' // a later layer carries the same bytes again to change mode, owner, time or xattrs
  | 'duplicate'; // the same content is visible at another path, not hard-linked

/** A key into the translated remedies, never a sentence. */
export type Remedy =
  | 'removeInSameLayer' // create and delete within one RUN
  | 'cleanPackageCache'
  | 'copyWithChmod' // COPY --chmod / --chown instead of a RUN chmod
  | 'multiStage'
  | 'linkInstead'
  | 'squash'
  | 'orderCopies'; // copy the final version only

export interface WastedEntry {
  readonly path: string;
  /** The layer that carries the bytes, base first from 0. */
  readonly layer: number;
  readonly entry: number;
  readonly bytes: number;
  readonly cause: WasteCause;
  /** The layer that made them a waste (for a duplicate: that of the other copy). */
  readonly byLayer: number;
  /** The other path, for a duplicate. */
  readonly otherPath?: string;
  /** How it was deleted. */
  readonly by?: 'whiteout' | 'parentWhiteout' | 'opaque' | 'replaced';
  readonly remedy: Remedy;
}

export interface WasteReport {
  /** Largest first, then by path. */
  readonly entries: readonly WastedEntry[];
  readonly totalBytes: number;
  /** Bytes of all files in all layers. */
  readonly imageBytes: number;
  readonly byCause: Readonly<Record<WasteCause, number>>;
  readonly byLayer: readonly number[];
  /** False while contents have not been compared: metadataOnly and duplicate are then not told apart. */
  readonly contentsCompared: boolean;
  readonly dive: DiveFigures;
}

/** What dive would say (its efficiency.go), to be shown beside ours. */
export interface DiveFigures {
  /** 0..1 */
  readonly efficiency: number;
  readonly wastedBytes: number;
  /** wastedBytes / bytes of all layers but the base; dive's "highestUserWastedPercent" compares this. */
  readonly userWastedFraction: number;
  readonly inefficiencies: readonly {
    readonly path: string;
    readonly count: number;
    readonly cumulativeBytes: number;
  }[];
}
