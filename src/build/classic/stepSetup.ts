import type { ImageRecord } from '../../engine/imageRecord.ts';
import type { EscapeCharacter } from '../expand/lexer.ts';
import type { BuildArguments } from './buildArguments.ts';
import type { CacheDecision } from './cacheProbe.ts';
import type { CacheSources } from './cacheSources.ts';
import type { ClassicOptions, ClassicSurroundings } from './classicOptions.ts';
import type { ContextFiles } from './contextFiles.ts';
import type { StageBuild } from './stageBuild.ts';

/** What a step of the build works on and with. */
export interface StepSetup {
  readonly build: StageBuild;
  /** Those that are done, and this one. */
  readonly stages: readonly StageBuild[];
  readonly context: ContextFiles;
  readonly buildArguments: BuildArguments;
  readonly options: ClassicOptions;
  readonly surroundings: ClassicSurroundings;
  readonly escape: EscapeCharacter;
  /** As in `Step 3/7`. */
  readonly number: number;
  readonly findImage: (name: string) => Promise<Pick<ImageRecord, 'id' | 'layers'>>;
  /** Where steps may be taken from; undefined: from all that was built here. */
  readonly cacheSources: CacheSources | undefined;
  readonly mayProbe: () => boolean;
  readonly onMiss: () => void;
  readonly onDecision: (decision: CacheDecision) => void;
}
