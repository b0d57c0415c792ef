import { mkdirSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { parseBuildkitAddress } from '../../src/companion/engines/buildkit/buildkitAddress.ts';
import { BuildkitEngine } from '../../src/companion/engines/buildkit/buildkitEngine.ts';
import type { BuildRequest } from '../../src/companion/engines/engine.ts';
import { NO_NETWORK, temporaryFolder } from './harness.ts';
import { probeBuildkit, programPath, startBuildkit, type RealBuildkit } from './realBuildkit.ts';

const obstacle = await probeBuildkit();
if (obstacle !== undefined) console.warn(`early starts with BuildKit are not tested: ${obstacle}`);

/** RFC 9113, 3.4 and 6. */
const PREFACE_BYTES = 24;
const HEADERS = 1;
const SETTINGS = 4;

/** Kinds of the frames that a client sends, read as they pass. */
class FrameReader {
  readonly kinds: number[] = [];
  #rest = Buffer.alloc(0);
  #hasPreface = false;

  take(piece: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, piece]);
    if (!this.#hasPreface) {
      if (this.#rest.length < PREFACE_BYTES) return;
      this.#rest = this.#rest.subarray(PREFACE_BYTES);
      this.#hasPreface = true;
    }
    while (this.#rest.length >= 9 && this.#rest.length >= 9 + this.#rest.readUIntBE(0, 3)) {
      this.kinds.push(this.#rest[3] as number);
      this.#rest = this.#rest.subarray(9 + this.#rest.readUIntBE(0, 3));
    }
  }
}

/** Stands between a client and BuildKit, and tells what the client sends. */
async function between(address: string, folder: string) {
  const readers: FrameReader[] = [];
  const server = createServer((client) => {
    const reader = new FrameReader();
    readers.push(reader);
    const engine = connect(address.replace(/^unix:\/\//, ''));
    for (const [one, other] of [
      [client, engine],
      [engine, client],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
    client.on('data', (piece: Buffer) => reader.take(piece));
    client.pipe(engine).pipe(client);
  });
  const path = join(folder, 'between');
  await new Promise<void>((resolve) => server.listen(path, resolve));
  onTestFinished(() => void server.close());
  return { address: `unix://${path}`, kinds: () => readers.flatMap(({ kinds }) => kinds) };
}

describe.skipIf(obstacle !== undefined)('COMP-25 BuildKit, and a build that began early', () => {
  let daemon: RealBuildkit;
  beforeAll(async () => {
    daemon = await startBuildkit();
  });
  afterAll(() => daemon.stop());

  it('hears of a connection, and of nothing else until the context was judged', async () => {
    const folder = temporaryFolder();
    const { address, kinds } = await between(daemon.address, folder);
    const engine = new BuildkitEngine({
      address: parseBuildkitAddress(address),
      program: programPath('buildctl') ?? '',
      slots: 1,
      cgroups: undefined,
      diskFolder: undefined,
    });
    onTestFinished(() => engine.close());
    const request: BuildRequest = {
      build: 'early',
      user: 'ann',
      contextFolder: join(folder, 'context'),
      contextTar: undefined,
      dockerfile: 'Dockerfile',
      target: undefined,
      platform: undefined,
      tag: undefined,
      buildArgs: [],
      bases: [],
      noCache: false,
      sourceDateEpoch: undefined,
      resultFile: join(folder, 'result.tar'),
      workFolder: join(folder, 'work'),
    };
    mkdirSync(request.workFolder);
    const early = engine.startEarly(request, NO_NETWORK);
    // Its own settings, and the word that it has BuildKit's.
    for (let i = 0; i < 1000 && kinds().filter((kind) => kind === SETTINGS).length < 2; i++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(kinds().filter((kind) => kind === SETTINGS)).toHaveLength(2);
    expect(kinds()).not.toContain(HEADERS);
    mkdirSync(request.contextFolder);
    writeFileSync(join(request.contextFolder, 'Dockerfile'), 'FROM scratch\nCOPY Dockerfile /\n');
    const { signal } = new AbortController();
    const result = await engine.build(request, NO_NETWORK, () => undefined, signal, early);
    expect(result.sizeBytes).toBeGreaterThan(1000);
    expect(kinds()).toContain(HEADERS);
  });
});
