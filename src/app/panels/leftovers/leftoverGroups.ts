import type { Leftover } from '../../../client/protocol.ts';

export type LeftoverKind = Leftover['kind'];

/** From what hurts most to what only takes room. */
export const LEFTOVER_KINDS: readonly LeftoverKind[] = [
  'privateKey',
  'credential',
  'token',
  'envVariable',
  'envFile',
  'history',
  'vcs',
  'packageCache',
  'temporary',
];

const SECRETS: ReadonlySet<LeftoverKind> = new Set(['privateKey', 'credential', 'token', 'envVariable', 'envFile']);

export interface LeftoverGroup {
  readonly kind: LeftoverKind;
  readonly isSecret: boolean;
  readonly bytes: number;
  /** Hidden ones first, since nobody looks for them; then by path. */
  readonly items: readonly Leftover[];
}

export function leftoverGroups(leftovers: readonly Leftover[]): LeftoverGroup[] {
  return LEFTOVER_KINDS.flatMap((kind) => {
    const items = leftovers.filter((one) => one.kind === kind);
    if (items.length === 0) return [];
    items.sort((a, b) => Number(b.hidden) - Number(a.hidden) || (a.path < b.path ? -1 : 1));
    const bytes = items.reduce((sum, one) => sum + one.sizeBytes, 0);
    return [{ kind, isSecret: SECRETS.has(kind), bytes, items }];
  });
}
