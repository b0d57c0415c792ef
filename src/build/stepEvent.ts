import type { Digest } from '../image/digest.ts';
import type { LineRange } from './buildError.ts';
import type { StepDecision } from './buildkit/stepCache.ts';
import type { CacheDecision } from './classic/cacheProbe.ts';

/** How a step came out. `config`: nothing was carried out, it only changes the image's config. */
export type StepOutcome = 'cached' | 'built' | 'config' | 'failed' | 'canceled';

/** What both builders tell of their steps while they build. A step is known by its number, counted from 1 as they
 *  begin. */
export type StepEvent =
  | {
      readonly kind: 'started';
      readonly step: number;
      /** The instruction as written, continuations joined. */
      readonly source: string;
      /** Its stage, counted from 0 as in the file; -1 for an ARG before the first FROM. */
      readonly stage: number;
      readonly stageName: string;
      /** Of the Dockerfile; undefined for what stands in none: a trigger, a label of the command line. */
      readonly lines: LineRange | undefined;
    }
  | { readonly kind: 'decided'; readonly step: number; readonly decision: CacheDecision | StepDecision }
  | {
      readonly kind: 'ended';
      readonly step: number;
      readonly outcome: StepOutcome;
      /** diffIDs of all layers that there are after the step, base first. */
      readonly layers: readonly Digest[];
    };

export type StepListener = (event: StepEvent) => void;
