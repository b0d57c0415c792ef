import type { Finding } from '../archive/archive.ts';
import { printableName } from '../bytes/byteName.ts';
import findings from '../i18n/en/findings.json';
import { fillMessage, type Message } from '../i18n/messages.ts';
import { numberedParams } from '../i18n/numberedParams.ts';

const MESSAGES: Readonly<Record<string, Message>> = findings;

/** A finding in one line of English. One that has no wording shows its code and parameters. */
export function describeFinding(finding: Finding): string {
  const params = Object.fromEntries(
    Object.entries(numberedParams(finding.params)).map(([key, value]) => [
      key,
      typeof value === 'string' ? printableName(value) : value,
    ]),
  );
  const message = MESSAGES[`finding.${finding.code}`];
  if (message !== undefined) return fillMessage(message, params, 'en');
  const list = Object.entries(params).map(([key, value]) => `${key} ${value}`);
  return list.length === 0 ? finding.code : `${finding.code} (${list.join(', ')})`;
}
