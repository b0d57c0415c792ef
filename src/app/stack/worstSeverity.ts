import type { Finding } from '../../client/protocol.ts';

const WORST_FIRST = ['error', 'warning', 'info'] as const;

/** The gravest of some findings; `info` when there are none. */
export function worstSeverity(findings: readonly Finding[]): Finding['severity'] {
  return WORST_FIRST.find((severity) => findings.some((finding) => finding.severity === severity)) ?? 'info';
}
