import { changesText } from '../buildkit/whyText.ts';
import type { CacheDecision } from './cacheProbe.ts';

const MAX_VALUE_LENGTH = 120;

/** What the classic builder's look into the cache came to, in one line. */
export function classicWhyText(decision: CacheDecision): string {
  if (decision.outcome === 'hit') return `cached: ${decision.image.slice(0, 19)} was made by the same step`;
  switch (decision.reason) {
    case 'disabled':
      return 'not looked up: the cache is off';
    case 'earlierMiss':
      return 'not looked up: a step before it was built anew';
    case 'noChildren':
      return 'built: nothing was built on this parent before';
    case 'differs': {
      const { fields, files, nearest } = decision;
      if (files) return `built: other files than in ${nearest.slice(0, 19)}: ${changesText(files)}`;
      const told = fields.map(({ field, cached, wanted }) => `${field} (${short(cached)} → ${short(wanted)})`);
      return `built: other than ${nearest.slice(0, 19)}: ${told.join(', ')}`;
    }
  }
}

function short(text: string): string {
  return text.length > MAX_VALUE_LENGTH ? `${text.slice(0, MAX_VALUE_LENGTH)}…` : text;
}
