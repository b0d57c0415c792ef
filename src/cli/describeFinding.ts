import type { Finding } from '../archive/archive.ts';
import { printableName } from '../bytes/byteName.ts';

/** A finding in one line: its code in words, then its parameters. */
export function describeFinding(finding: Finding): string {
  const words = finding.code.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  const params = Object.entries(finding.params).map(([key, value]) => `${key} ${printableName(String(value))}`);
  return params.length === 0 ? words : `${words} (${params.join(', ')})`;
}
