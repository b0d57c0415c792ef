import type { WasteCause, WastedEntry, WasteReport } from '../../../client/protocol.ts';

export const WASTE_CAUSES: readonly WasteCause[] = ['superseded', 'deleted', 'metadataOnly', 'duplicate'];

export interface CauseShare {
  readonly cause: WasteCause;
  readonly bytes: number;
  /** Of all wasted bytes, 0..1. */
  readonly fraction: number;
}

/** Causes in their fixed order; also those with nothing, so that the legend does not jump. */
export function causeShares(report: WasteReport): CauseShare[] {
  return WASTE_CAUSES.map((cause) => ({
    cause,
    bytes: report.byCause[cause],
    fraction: report.totalBytes === 0 ? 0 : report.byCause[cause] / report.totalBytes,
  }));
}

/** Layers that carry wasted bytes, the most wasteful first. */
export function wastefulLayers(report: WasteReport): { readonly layer: number; readonly bytes: number }[] {
  return report.byLayer
    .map((bytes, layer) => ({ layer, bytes }))
    .filter((one) => one.bytes > 0)
    .sort((a, b) => b.bytes - a.bytes || a.layer - b.layer);
}

/** The entries of some causes whose path holds a text, whatever its case. */
export function filterWaste(
  entries: readonly WastedEntry[],
  causes: ReadonlySet<WasteCause>,
  text: string,
): readonly WastedEntry[] {
  if (causes.size === 0 && text === '') return entries;
  const wanted = text.toLowerCase();
  return entries.filter(
    (entry) =>
      (causes.size === 0 || causes.has(entry.cause)) && (wanted === '' || entry.path.toLowerCase().includes(wanted)),
  );
}

/** What share of the file bytes of all layers does not go to waste. */
export function efficiency(report: WasteReport): number {
  return report.imageBytes === 0 ? 1 : Math.max(0, 1 - report.totalBytes / report.imageBytes);
}
