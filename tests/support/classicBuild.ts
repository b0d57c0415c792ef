import { buildClassic } from '../../src/build/classic/classicBuilder.ts';
import type { CacheDecision } from '../../src/build/classic/cacheProbe.ts';
import type { ClassicOptions } from '../../src/build/classic/classicOptions.ts';
import { ContextFiles } from '../../src/build/classic/contextFiles.ts';
import type { Digest } from '../../src/image/digest.ts';
import { nodePlatform } from '../../src/platform/node.ts';
import { contextTar, type RawMember } from './contextTar.ts';
import type { TestEngine } from './testEngine.ts';

export interface ClassicTestBuild {
  readonly id: Digest | undefined;
  readonly log: string;
  readonly error: Error | undefined;
  readonly decisions: ReadonlyMap<number, CacheDecision>;
}

/** Builds classically with files beside the Dockerfile, and gathers what is printed and decided. */
export async function classicBuild(
  { engine, kernel }: TestEngine,
  dockerfile: string,
  files: Iterable<RawMember> = [],
  options: Partial<ClassicOptions> = {},
  signal?: AbortSignal,
): Promise<ClassicTestBuild> {
  const work = { platform: nodePlatform(), signal };
  const decisions = new Map<number, CacheDecision>();
  let log = '';
  const print = async (text: string): Promise<void> => {
    log += text;
  };
  try {
    const id = await buildClassic(
      dockerfile,
      await ContextFiles.read(await contextTar(files), work, 'plain'),
      {
        buildArgs: new Map(),
        target: '',
        tags: [],
        labels: {},
        usesCache: true,
        cacheFrom: [],
        removes: 'onSuccess',
        pulls: false,
        hostConfig: {},
        ...options,
      },
      {
        engine,
        work,
        download: async (url) => {
          throw new Error(`no network: ${url}`);
        },
        owners: { users: new Map(), groups: new Map() },
        random: (length) => kernel.random(length),
        print,
        printError: print,
        onPull: () => undefined,
        onCache: (step, decision) => decisions.set(step, decision),
      },
    );
    return { id, log, error: undefined, decisions };
  } catch (error) {
    return { id: undefined, log, error: error as Error, decisions };
  }
}
