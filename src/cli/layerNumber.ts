import type { Finding } from '../archive/archive.ts';
import { numberedParams } from '../i18n/numberedParams.ts';

/** A layer's number as people read and type it, on the page too: 1 is the base. Inside, layers have positions, from 0. */
export function layerNumber(position: number): number {
  return position + 1;
}

/** `L1`, as listings call the base. */
export function layerMark(position: number): string {
  return `L${layerNumber(position)}`;
}

/** The position that a typed number means, or undefined where the stack has no such layer. */
export function positionOfNumber(text: string, layerCount: number): number | undefined {
  if (!/^\d{1,4}$/.test(text)) return undefined;
  const number = Number(text);
  return number >= 1 && number <= layerCount ? number - 1 : undefined;
}

/** A finding as `--json` prints it. */
export function findingJson(finding: Finding): Finding {
  return { ...finding, params: numberedParams(finding.params) };
}
