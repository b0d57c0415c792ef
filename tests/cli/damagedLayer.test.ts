import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { buildTimeline } from '../../src/analysis/timeline.ts';
import { archiveContents } from '../../src/analysis/layerContents.ts';
import { findLeftovers } from '../../src/analysis/leftovers.ts';
import { searchStack } from '../../src/analysis/search.ts';
import { openArchive } from '../../src/archive/openArchive.ts';
import { MemorySource } from '../../src/bytes/byteSource.ts';
import { nodePlatform } from '../../src/platform/node.ts';
import { runCli } from './runCli.ts';
import { sampleArchive, sampleTar, temporaryFolder, writeSample } from './sampleImage.ts';

const dir = temporaryFolder();
const noise = randomBytes(150_000).toString('latin1');
const SECRET = '-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----\n';
const whole = sampleTar([
  { name: 'same', content: 'said twice, '.repeat(50) },
  { name: 'twin', content: 'said twice, '.repeat(50) },
  { name: 'notes', content: `needle\n${SECRET}` },
  { name: 'root/.ssh/id_rsa', content: SECRET },
  { name: 'noise', content: noise },
  { name: 'last', content: 'needle' },
]);
const packed = gzipSync(whole);
const archive = sampleArchive([
  { tags: ['cut:1'], layers: [packed.subarray(0, packed.length - 60_000), sampleTar([])] },
]);
const path = writeSample(dir, 'cut.tar', archive);

async function openStack() {
  const work = { platform: nodePlatform() };
  const opened = await openArchive({ fileName: 'cut.tar', source: new MemorySource(archive) }, work);
  const trees = [];
  for (const layer of opened.layers) trees.push((await layer.readIndex(work)).tree);
  return { work, stack: await buildTimeline(trees), contents: archiveContents(opened.layers, work) };
}

describe('ARC-7 a compressed layer that is cut', () => {
  it('gives waste what could be read, and a note of the fault', async () => {
    const { code, out, err } = await runCli(['waste', '--json', path]);
    expect(code).toBe(0);
    expect(out).toContain('"twin"');
    expect(err).toMatch(/^note: layer 1/m);
  });

  it('is searched as far as it goes', async () => {
    const { work, stack, contents } = await openStack();
    const hits = await searchStack(stack, contents, { text: 'needle', in: 'contents', limit: 10 }, work);
    expect(hits.map((hit) => hit.path)).toEqual(['notes']);
  });

  it('tells the leftovers that lie before the cut', async () => {
    const { work, stack, contents } = await openStack();
    const found = await findLeftovers(stack, contents, undefined, work);
    expect(found.map((leftover) => leftover.path)).toContain('root/.ssh/id_rsa');
  });

  it('does not keep the others from being listed', async () => {
    const cutEarly = sampleArchive([
      { tags: ['cut:2'], layers: [packed.subarray(0, 12), sampleTar([{ name: 'here' }])] },
    ]);
    const { code, out, err } = await runCli(['ls', writeSample(dir, 'early.tar', cutEarly)]);
    expect(code).toBe(0);
    expect(out).toContain('here');
    expect(err).toMatch(/^note: layer 1/m);
  });
});
