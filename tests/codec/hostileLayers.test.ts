import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { CodecError } from '../../src/codec/codecError.ts';
import type { CodecErrorCode } from '../../src/codec/codecError.ts';
import { decompress } from '../../src/codec/decompress.ts';
import { sniffCompression } from '../../src/codec/sniff.ts';
import type { Compression } from '../../src/codec/sniff.ts';
import { nodePlatform } from '../../src/platform/node.ts';
import { webPlatform } from '../../src/platform/web.ts';
import { describeWithFixtures } from '../fixtures.ts';
import { inChunks } from './streams.ts';

interface Outcome {
  readonly compression: Compression;
  readonly sizeBytes: number;
  readonly fault: CodecErrorCode | undefined;
  readonly trailing: readonly string[];
}

/** Content of the first compressed member of a tar, found by its magic at a block boundary: the layer. */
function findLayer(archive: Uint8Array): Uint8Array {
  for (let at = 512; at < archive.length; at += 512) {
    if (sniffCompression(archive.subarray(at, at + 16)) === 'none') continue;
    const size = Number.parseInt(Buffer.from(archive.subarray(at - 512 + 124, at - 512 + 135)).toString(), 8);
    return archive.subarray(at, at + size);
  }
  throw new Error('no compressed layer');
}

describeWithFixtures('CODEC-3 compressed layers made on purpose', (dir) => {
  const bombBytes = 40 * 1024 * 1024;
  const cases: [string, Compression, { fault?: CodecErrorCode; trailing?: string[]; minBytes?: number }][] = [
    ['comp-gzip', 'gzip', {}],
    ['comp-gzip-members', 'gzip', {}],
    ['comp-gzip-fields', 'gzip', {}],
    ['comp-gzip-trailing-zeros', 'gzip', { trailing: ['zeros'] }],
    ['comp-gzip-trailing-junk', 'gzip', { trailing: ['junk'] }],
    ['comp-gzip-crc', 'gzip', { fault: 'checksum' }],
    ['comp-gzip-cut', 'gzip', { fault: 'truncated' }],
    ['comp-gzip-bomb', 'gzip', { minBytes: bombBytes }],
    ['comp-padding-bomb', 'gzip', { minBytes: bombBytes }],
    ['comp-zstd', 'zstd', {}],
    ['comp-zstd-frames', 'zstd', {}],
    ['comp-zstd-nosize-nochk', 'zstd', {}],
    ['comp-zstd-cut', 'zstd', { fault: 'truncated' }],
    ['comp-bzip2', 'bzip2', {}],
    ['comp-xz', 'xz', {}],
  ];

  for (const [platformName, platform] of Object.entries({ node: nodePlatform(), web: webPlatform() })) {
    it.each(cases)(`%s on the ${platformName} platform`, async (name, compression, expected) => {
      const archive = readFileSync(join(dir, 'archives', 'adversarial', `${name}.tar`));
      const layer = findLayer(archive);
      const outcome: { -readonly [K in keyof Outcome]: Outcome[K] } & { trailing: string[] } = {
        compression: sniffCompression(layer),
        sizeBytes: 0,
        fault: undefined,
        trailing: [],
      };
      try {
        const chunks = decompress(outcome.compression, inChunks(layer, 4096), platform, (found) => {
          outcome.trailing.push(found.kind);
        });
        for await (const piece of chunks) outcome.sizeBytes += piece.length;
      } catch (error) {
        expect(error).toBeInstanceOf(CodecError);
        outcome.fault = (error as CodecError).code;
      }
      expect(outcome).toMatchObject({ compression, fault: expected.fault, trailing: expected.trailing ?? [] });
      if (expected.fault === undefined) {
        expect(outcome.sizeBytes).toBeGreaterThanOrEqual(expected.minBytes ?? 1);
        expect(outcome.sizeBytes % 512).toBe(0);
      }
    });
  }
});
