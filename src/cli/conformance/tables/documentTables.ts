import type { Digest } from '../../../image/digest.ts';
import { chainIds } from '../../../image/chainId.ts';
import { specFault } from '../../../image/specSchema.ts';
import type { SpecDocument } from '../../../image/specStructs.ts';
import { binarySize, humanDuration, humanSize } from '../../../docker/humanUnits.ts';
import type { Platform } from '../../../bytes/platform.ts';
import { difference, firstDifference } from './judge.ts';

export function judgeSize(row: { bytes: number; p3: string; p4: string; iec: string }): string | undefined {
  const ours = { p3: humanSize(row.bytes, 3), p4: humanSize(row.bytes, 4), iec: binarySize(row.bytes) };
  return difference(String(row.bytes), { p3: row.p3, p4: row.p4, iec: row.iec }, ours);
}

export function judgeDuration(row: { seconds: number; human: string }): string | undefined {
  return difference(`${row.seconds} s`, row.human, humanDuration(row.seconds));
}

export function judgeSpecDocument(row: {
  id: string;
  kind: SpecDocument;
  json: string;
  valid: boolean;
}): string | undefined {
  const fault = specFault(row.kind, row.json);
  const why = fault === undefined ? '' : ` (${fault})`;
  return difference(`${row.id}${why}`, row.valid, fault === undefined);
}

export function judgeChain(
  row: { diffIDs: readonly Digest[]; chainIDs: readonly string[] },
  platform: Platform,
): string | undefined {
  return firstDifference(difference(row.diffIDs.join(' '), row.chainIDs, chainIds(row.diffIDs, platform)));
}
