import { MemorySource } from '../../src/bytes/byteSource.ts';
import { encodeName } from '../../src/bytes/byteName.ts';
import { buildWithBuildkit } from '../../src/build/buildkit/buildkitBuilder.ts';
import type { BuildkitOptions, BuildSource } from '../../src/build/buildkit/buildkitOptions.ts';
import { PlainProgress } from '../../src/build/buildkit/plainProgress.ts';
import type { StepDecision } from '../../src/build/buildkit/stepCache.ts';
import { ContextFiles } from '../../src/build/classic/contextFiles.ts';
import { rfc3339 } from '../../src/engine/goTime.ts';
import type { Digest } from '../../src/image/digest.ts';
import { nodePlatform } from '../../src/platform/node.ts';
import { writeTar } from '../../src/tar/writeTar.ts';
import type { TestEngine } from './testEngine.ts';

export interface ContextFile {
  readonly text: string | Uint8Array;
  readonly mode?: number;
  readonly mtimeSec?: number;
}

export interface TestBuild {
  readonly id: Digest | undefined;
  readonly log: string;
  readonly error: Error | undefined;
  readonly decisions: ReadonlyMap<string, StepDecision>;
}

/** Builds a Dockerfile with files beside it, and gathers what is printed and decided. */
export async function buildkitBuild(
  { engine, kernel }: TestEngine,
  dockerfile: string,
  files: Readonly<Record<string, ContextFile>> = {},
  options: Partial<BuildkitOptions> = {},
  signal?: AbortSignal,
): Promise<TestBuild> {
  const work = { platform: nodePlatform(), signal };
  const decisions = new Map<string, StepDecision>();
  let log = '';
  const { clock } = kernel;
  const nowMs = () => clock.now().sec * 1000 + clock.now().nsec / 1e6;
  const run = buildWithBuildkit(
    source(dockerfile, files),
    {
      vintage: 'current',
      buildArgs: new Map(),
      target: '',
      tags: [],
      labels: {},
      usesCache: true,
      pulls: false,
      secrets: new Map(),
      output: { kind: 'image' },
      ...options,
    },
    {
      engine,
      work,
      display: new PlainProgress(
        (text) => {
          log += text;
          return undefined;
        },
        { showsDigests: false },
      ),
      download: async (url) => {
        throw new Error(`no network: ${url}`);
      },
      owners: { users: new Map(), groups: new Map() },
      random: (length) => kernel.random(length),
      nowMs,
      now: () => rfc3339(clock.now()),
      onCache: (name, decision) => decisions.set(name, decision),
    },
  );
  try {
    return { id: await run, log, error: undefined, decisions };
  } catch (error) {
    return { id: undefined, log, error: error as Error, decisions };
  }
}

function source(dockerfile: string, files: Readonly<Record<string, ContextFile>>): BuildSource {
  const bytes = encodeName(dockerfile);
  return {
    dockerfileName: 'Dockerfile',
    isRemote: false,
    dockerfile: async () => ({ value: new MemorySource(bytes), bytes: bytes.length }),
    ignoreFile: async () => ({ value: [], bytes: 0 }),
    context: async () => {
      const spool = nodePlatform().createSpool();
      for await (const chunk of writeTar(members(files))) await spool.write(chunk.slice());
      const value = await ContextFiles.read(await spool.finish(), { platform: nodePlatform() }, 'plain');
      return { value, bytes: 0 };
    },
  };
}

function* members(files: Readonly<Record<string, ContextFile>>) {
  const folders = new Set<string>();
  for (const path of Object.keys(files))
    for (let at = path.indexOf('/'); at > 0; at = path.indexOf('/', at + 1)) folders.add(path.slice(0, at));
  for (const path of folders) {
    const name = encodeName(`${path}/`);
    yield { member: { type: 'directory' as const, name, mode: 0o755, uid: 0, gid: 0, sizeBytes: 0, mtimeSec: 0 } };
  }
  for (const [path, { text, mode = 0o644, mtimeSec = 0 }] of Object.entries(files)) {
    const content = typeof text === 'string' ? encodeName(text) : text;
    const member = {
      type: 'file' as const,
      name: encodeName(path),
      mode,
      uid: 0,
      gid: 0,
      sizeBytes: content.length,
      mtimeSec,
    };
    yield { member, content: [content] };
  }
}
