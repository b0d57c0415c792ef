import type { GzipLevel } from '../../codec/gzipWriter.ts';

/** The levels of gzip and bzip2. */
export const LEVEL_OPTIONS = {
  fast: '-1 --fast',
  level2: '-2',
  level3: '-3',
  level4: '-4',
  level5: '-5',
  level6: '-6',
  level7: '-7',
  level8: '-8',
  best: '-9 --best',
} as const;

type LevelOption = keyof typeof LEVEL_OPTIONS;

/** From 1 on. */
const LEVELS = ['fast', 'level2', 'level3', 'level4', 'level5', 'level6', 'level7', 'level8', 'best'] as const;

/** The level that was given last. */
export function levelOf(
  options: { last(...names: LevelOption[]): LevelOption | undefined },
  otherwise: GzipLevel,
): GzipLevel {
  const level = options.last(...LEVELS);
  return level ? ((LEVELS.indexOf(level) + 1) as GzipLevel) : otherwise;
}
