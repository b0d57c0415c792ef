import type { FileChanges } from '../copiedFiles.ts';
import type { StepDecision } from './stepCache.ts';

const MAX_VALUE_LENGTH = 80;
/** What each part of a key is to a person. */
const PARTS: Readonly<Record<string, string>> = {
  base: 'what it stands on',
  command: 'the command',
  environment: 'ENV or ARG',
  user: 'USER',
  directory: 'WORKDIR',
  mounts: 'what is mounted',
  files: 'the files',
  sources: 'the names of the sources',
  destination: 'the destination',
};

/** A look into the cache in words, in one line. */
export function whyText(decision: StepDecision): string {
  if (decision.outcome === 'hit') return `cached: the same was built at ${decision.createdAt}`;
  if (decision.reason === 'disabled') return 'not looked up: the cache is off';
  if (decision.reason === 'neverBuilt') return 'built: nothing like it was built before';
  if (decision.reason === 'earlierMiss') return 'built: what it stands on was built anew';
  const parts = decision.parts.map(({ part, cached, wanted }) => {
    const name = PARTS[part] ?? part;
    if (part === 'files' && decision.files) return `${name} (${changesText(decision.files)})`;
    // Digests say nothing to people.
    return ['base', 'files', 'mounts'].includes(part) ? name : `${name} (${short(cached)} → ${short(wanted)})`;
  });
  return `built: other than last time: ${parts.join(', ')}`;
}

/** `a.txt changed, b.txt added and 3 more`. */
export function changesText({ files, count }: FileChanges): string {
  const told = files.map(({ path, change }) => `${path} ${change}`).join(', ');
  return count > files.length ? `${told} and ${count - files.length} more` : told;
}

function short(text: string): string {
  return text.length > MAX_VALUE_LENGTH ? `${text.slice(0, MAX_VALUE_LENGTH)}…` : text;
}
