import fc from 'fast-check';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openArchive } from '../../src/archive/openArchive.ts';
import { encodeName } from '../../src/bytes/byteName.ts';
import { MemorySource } from '../../src/bytes/byteSource.ts';
import { nodePlatform, openFileSource } from '../../src/platform/node.ts';
import { scanTar } from '../../src/tar/scanTar.ts';
import { writeTar } from '../../src/tar/writeTar.ts';
import { LayerTreeBuilder } from '../../src/vfs/layerTreeBuilder.ts';
import { applyLayer } from '../../src/vfs/overlay/applyLayer.ts';
import { deviceNumber, isRegular, S_IFMT, S_IFREG, S_IFSOCK } from '../../src/vfs/overlay/fileMode.ts';
import type { Layer } from '../../src/vfs/overlay/layer.ts';
import { LayerTreeLayer } from '../../src/vfs/overlay/layerTreeLayer.ts';
import { type SealForm, sealLayer } from '../../src/vfs/overlay/seal.ts';
import { Upper } from '../../src/vfs/overlay/upper.ts';
import { describeWithFixtures } from '../fixtures.ts';

const ID = new Uint8Array(16);

async function sealed(layer: Layer, form: SealForm = 'docker'): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of writeTar(sealLayer(layer, form))) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

async function indexed(tar: Uint8Array): Promise<Layer> {
  const source = new MemorySource(tar);
  const builder = new LayerTreeBuilder();
  const { totalBytes } = await scanTar(source, builder.add.bind(builder), {});
  return new LayerTreeLayer(builder.finish(totalBytes).tree, source, ID);
}

async function applied(tar: Uint8Array): Promise<Upper> {
  const upper = new Upper({ id: ID });
  applyLayer(await indexed(tar), upper);
  return upper;
}

/** A line a name: all that the form keeps. */
function drawn(layer: Layer, form: SealForm): readonly string[] {
  const lines: string[] = [];
  const first = new Map<number, string>();
  const walk = (directory: number, path: string): void => {
    for (const name of [...layer.names(directory)].sort()) {
      const inode = layer.lookup(directory, name);
      if ((layer.mode(inode) & S_IFMT) === S_IFSOCK) continue;
      lines.push(`${path}${name} ${describeInode(inode, `${path}${name}`)}`);
      if (layer.mode(inode) >> 12 === 4) walk(inode, `${path}${name}/`);
    }
  };
  const describeInode = (inode: number, path: string): string => {
    const known = first.get(inode);
    if (known !== undefined) return `= ${known}`;
    if (layer.linkCount(inode) > 1 && layer.mode(inode) >> 12 !== 4 && !isWhiteout(inode)) first.set(inode, path);
    const { mtime } = layer.times(inode);
    const xattrs = [...layer.xattrs(inode)]
      .filter(([name]) => form === 'exact' || name === 'security.capability' || name === 'trusted.overlay.opaque')
      .map(([name, value]) => `${name}=${Buffer.from(value).toString('hex')}`)
      .sort();
    const body = isRegular(layer.mode(inode)) ? layer.content(inode).readSync?.(0, 1e6) : undefined;
    return JSON.stringify([
      isWhiteout(inode) ? 'whiteout' : [layer.mode(inode).toString(8), layer.uid(inode), layer.gid(inode)],
      [mtime.sec, form === 'exact' ? mtime.nsec : 0],
      layer.device(inode),
      layer.mode(inode) >> 12 === 10 ? layer.linkTarget(inode) : '',
      body ? Buffer.from(body).toString('hex') : '',
      xattrs,
    ]);
  };
  const isWhiteout = (inode: number) => layer.mode(inode) >> 12 === 2 && layer.device(inode) === 0;
  if (form === 'exact') lines.push(`. ${describeInode(layer.rootInode, '.')}`);
  walk(layer.rootInode, '');
  return lines;
}

interface Step {
  readonly kind: number;
  readonly place: number;
  readonly name: string;
  readonly bits: number;
  readonly owner: number;
  readonly sec: number;
  readonly bytes: Uint8Array;
}

const NAMES = ['a', 'b', 'c.txt', 'dir', 'ä', '\udcff', 'x'.repeat(120), 'z z'];
const TYPES = [0o100000, 0o100000, 0o040000, 0o040000, 0o120000, 0o020000, 0o060000, 0o010000, 0o140000];
const WHITEOUT = 20;
const LINK = 21;
const stepArbitrary: fc.Arbitrary<Step> = fc.record({
  kind: fc.oneof(fc.integer({ min: 0, max: TYPES.length - 1 }), fc.constant(WHITEOUT), fc.constant(LINK)),
  place: fc.nat(),
  name: fc.constantFrom(...NAMES),
  bits: fc.integer({ min: 0, max: 0o7777 }),
  owner: fc.oneof(fc.integer({ min: 0, max: 100_000 }), fc.constant(2 ** 31)),
  sec: fc.integer({ min: 0, max: 2 ** 34 }),
  bytes: fc.uint8Array({ maxLength: 1000 }),
});

/** An upper as operations of a mount could leave it. */
function built(steps: readonly Step[]): Upper {
  const upper = new Upper({ id: ID });
  const directories = [upper.rootInode];
  const files: number[] = [];
  for (const step of steps) {
    const directory = directories[step.place % directories.length] as number;
    if (upper.lookup(directory, step.name) !== 0) continue;
    if (step.kind === WHITEOUT) {
      upper.putWhiteout(directory, step.name);
      continue;
    }
    if (step.kind === LINK) {
      if (files.length > 0) upper.link(directory, step.name, files[step.place % files.length] as number);
      continue;
    }
    const mode = (TYPES[step.kind] as number) | step.bits;
    const type = mode & S_IFMT;
    const isDevice = type === 0o020000 || type === 0o060000;
    const inode = upper.create(directory, step.name, {
      mode: type === 0o120000 ? type | 0o777 : mode,
      uid: step.owner,
      gid: step.owner >>> 1,
      ...(isDevice && { device: deviceNumber(1 + (step.bits & 0xff), step.bits >> 8) }),
      ...(type === 0o120000 && { target: `../${step.name}` }),
    });
    if (type === S_IFREG && step.bytes.length > 0) upper.write(inode, 0, step.bytes);
    if (type === 0o040000) directories.push(inode);
    else files.push(inode);
    if (type === 0o040000 && step.bits % 3 === 0) upper.setXattr(inode, 'trusted.overlay.opaque', encodeName('y'));
    if (step.bits % 5 === 0) upper.setXattr(inode, 'security.capability', step.bytes.slice(0, 20));
    if (step.bits % 7 === 0 && (type === S_IFREG || type === 0o040000))
      upper.setXattr(inode, 'user.note', step.bytes.slice(0, 9));
    if (step.bits % 11 === 0) upper.setXattr(inode, 'trusted.overlay.origin', step.bytes.slice(0, 29));
  }
  // Only now do directories keep the time that they are given.
  for (const [i, inode] of [...directories, ...files].entries()) {
    const { sec, bits } = steps[i % steps.length] ?? { sec: 0, bits: 0 };
    upper.setTimes(inode, undefined, { sec, nsec: bits * 100_000 });
  }
  upper.endOperation();
  return upper;
}

const RUNS = Number(process.env.FC_RUNS ?? 150);

describe('SEAL-1 sealing and applying are each other’s inverse', () => {
  it.each(['docker', 'exact'] as const)('%s: what is applied is what was sealed', async (form) => {
    await fc.assert(
      fc.asyncProperty(fc.array(stepArbitrary, { maxLength: 40 }), async (steps) => {
        // An empty xattr is no xattr in PAX: an empty value takes a record back.
        const upper = built(
          steps.map((step) => (step.bytes.length === 0 ? { ...step, bytes: Uint8Array.of(7) } : step)),
        );
        expect(drawn(await applied(await sealed(upper, form)), form)).toEqual(drawn(upper, form));
      }),
      { numRuns: RUNS },
    );
  });

  it.each(['docker', 'exact'] as const)('%s: sealed again, a layer has the same bytes', async (form) => {
    await fc.assert(
      fc.asyncProperty(fc.array(stepArbitrary, { maxLength: 40 }), async (steps) => {
        const tar = await sealed(await applied(await sealed(built(steps), form)), form);
        expect((await sealed(await applied(tar), form)).equals(tar)).toBe(true);
      }),
      { numRuns: RUNS },
    );
  });

  it('tells what a form leaves out', async () => {
    const upper = new Upper({ id: ID });
    const file = upper.create(upper.rootInode, 'f', { mode: 0o100644, uid: 0, gid: 0 });
    upper.setXattr(file, 'user.note', encodeName('x'));
    upper.setXattr(file, 'trusted.overlay.origin', encodeName('x'));
    upper.create(upper.rootInode, 's', { mode: 0o140644, uid: 0, gid: 0 });
    const told: string[] = [];
    const notes = {
      onSocket: (path: string) => told.push(`socket ${path}`),
      onLostXattr: (path: string, name: string) => told.push(`xattr ${path} ${name}`),
    };
    expect([...sealLayer(upper, 'docker', notes)].map(({ member }) => Buffer.from(member.name).toString())).toEqual([
      'f',
    ]);
    expect(told).toEqual(['xattr f user.note', 'socket s']);
  });
});

/** Up to 23 docker wrote type bits into modes, and user and group names; the rest is the same to this day. */
async function asDocker24(tar: Buffer): Promise<Buffer> {
  const copy = Buffer.from(tar);
  await scanTar(new MemorySource(tar), ({ contentOffset, mode }) => {
    const header = copy.subarray(contentOffset - 512, contentOffset);
    header.write(`${(mode & 0o7777).toString(8).padStart(7, '0')}\0`, 100);
    header.fill(0, 265, 329).fill(' ', 148, 156);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  });
  return copy;
}

describeWithFixtures('SEAL-2 layers that dockerd committed', (dir) => {
  it.each(['busy.docker-save.tar', 'busy.docker26-save.tar.gz', 'two-images-shared-layers.docker-save.tar.gz'])(
    '%s: applied and sealed, each has its bytes again',
    async (name) => {
      const work = { platform: nodePlatform() };
      const source = await openFileSource(join(dir, 'archives/generated', name));
      const archive = await openArchive({ fileName: name, source }, work);
      let compared = 0;
      for (const image of archive.images) {
        for (const layer of image.layers.slice(1)) {
          const pieces: Buffer[] = [];
          for await (const piece of layer.stream(work)) pieces.push(Buffer.from(piece));
          const tar = await asDocker24(Buffer.concat(pieces));
          const again = await sealed(await applied(tar));
          expect({ layer: layer.diffId, isSame: again.equals(tar), bytes: again.length }).toEqual({
            layer: layer.diffId,
            isSame: true,
            bytes: tar.length,
          });
          compared++;
        }
      }
      expect(compared).toBeGreaterThan(0);
      await archive.close();
      await source.close();
    },
    30_000,
  );
});
