import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MemorySource } from '../../src/bytes/byteSource.ts';
import type { Work } from '../../src/bytes/platform.ts';
import { ArchiveError } from '../../src/archive/archive.ts';
import { openArchive } from '../../src/archive/openArchive.ts';
import { CodecError } from '../../src/codec/codecError.ts';
import { nodePlatform } from '../../src/platform/node.ts';
import { TarError } from '../../src/tar/tarEntry.ts';
import { LayerUnion } from '../../src/vfs/layerUnion.ts';
import { fixturesDir } from '../fixtures.ts';
import { sampleArchives } from '../support/sampleArchives.ts';
import { largestAllocation } from './largestAllocation.ts';
import { mutate } from './mutate.ts';

const MUTATIONS = Number(process.env.FUZZ_MUTATIONS ?? 400);
const FIRST_SEED = Number(process.env.FUZZ_SEED ?? 1);
const LARGEST_INPUT_BYTES = 300_000;
/** Windows, checkpoints and tables are bounded by this; a forged size would ask for far more. */
const LARGEST_BUFFER_BYTES = 80 * 1024 * 1024;
const MILLISECONDS_EACH = 20_000;

const corpus = loadCorpus();

describe('CODEC-4 TAR-3 ARC-5 damaged archives give a typed error or a tree', () => {
  it(
    `${MUTATIONS} mutations of ${corpus.length} archives`,
    async () => {
      const problems: string[] = [];
      for (let i = 0; i < MUTATIONS && problems.length < 10; i++) {
        const seed = FIRST_SEED + i;
        const subject = corpus[seed % corpus.length] as { name: string; bytes: Uint8Array };
        // Left behind when a mutation never comes back, to name it.
        writeFileSync(join(tmpdir(), 'palimpsest-fuzz-last'), `${subject.name} seed ${seed}\n`);
        const problem = await tryMutation(mutate(subject.bytes, seed));
        if (problem) problems.push(`${subject.name}, seed ${seed}: ${problem}`);
      }
      expect(problems).toEqual([]);
    },
    MUTATIONS * 1000,
  );
});

/** What was wrong, or undefined. */
async function tryMutation(bytes: Uint8Array): Promise<string | undefined> {
  const work: Work = { platform: nodePlatform(), signal: AbortSignal.timeout(MILLISECONDS_EACH) };
  let problem: string | undefined;
  const largest = await largestAllocation(async () => {
    try {
      await openWhole(bytes, work);
    } catch (error) {
      if (!isTyped(error)) problem = error instanceof Error ? (error.stack ?? error.message) : String(error);
    }
  });
  if (largest > LARGEST_BUFFER_BYTES) problem ??= `asked for a buffer of ${largest} bytes`;
  return problem;
}

/** What a user would look at: every layer's tree, the union's whole walk, and each file's first bytes. */
async function openWhole(bytes: Uint8Array, work: Work): Promise<void> {
  const archive = await openArchive({ fileName: 'mutated.tar', source: new MemorySource(bytes) }, work);
  try {
    for (const image of archive.images) {
      const trees = await Promise.all(
        image.layers.map(async (layer) => {
          if (layer.presence !== 'present') return undefined;
          try {
            const { tree } = await layer.readIndex(work);
            await layer.verify(work);
            return tree;
          } catch (error) {
            if (isTyped(error)) return undefined;
            throw error;
          }
        }),
      );
      walk(new LayerUnion(trees), work);
    }
  } finally {
    await archive.close();
  }
}

function walk(union: LayerUnion, work: Work): void {
  const open = [0];
  while (open.length > 0) {
    work.signal?.throwIfAborted();
    const node = open.pop() as number;
    union.stackAt(node);
    union.hiddenChildren(node);
    if (union.isDirectory(node)) open.push(...Array.from(union.children(node)));
  }
}

function isTyped(error: unknown): boolean {
  return error instanceof ArchiveError || error instanceof TarError || error instanceof CodecError;
}

function loadCorpus(): { name: string; bytes: Uint8Array }[] {
  const own = [...sampleArchives()].map(([name, bytes]) => ({ name, bytes }));
  const dir = fixturesDir();
  const folders = dir ? ['adversarial', 'generated'].map((folder) => join(dir, 'archives', folder)) : [];
  if (process.env.FUZZ_FOLDER) folders.push(process.env.FUZZ_FOLDER);
  const recorded = folders.flatMap((folder) =>
    readdirSync(folder)
      .map((name) => join(folder, name))
      .filter(
        (path) => statSync(path).isFile() && statSync(path).size <= LARGEST_INPUT_BYTES && !path.endsWith('.json'),
      )
      .map((path) => ({ name: path, bytes: new Uint8Array(readFileSync(path)) })),
  );
  return [...own, ...recorded];
}
