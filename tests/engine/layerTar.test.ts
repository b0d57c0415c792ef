import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { encodeName } from '../../src/bytes/byteName.ts';
import { oldStyle } from '../../src/engine/layerTar.ts';
import type { TarEntryType } from '../../src/tar/tarEntry.ts';
import { type TarMemberWithContent, writeTar } from '../../src/tar/writeTar.ts';
import { describeWithFixtures } from '../fixtures.ts';

/** A member as the recordings list it. */
interface Listed {
  readonly n: string;
  readonly t: 'file' | 'dir' | 'symlink' | 'hardlink' | 'char' | 'block' | 'fifo';
  readonly mode: string;
  readonly uid: number;
  readonly gid: number;
  readonly uname?: string;
  readonly gname?: string;
  readonly mtime: number | string;
  readonly text?: string;
  readonly size?: number;
  readonly sha?: string;
  readonly to?: string;
  readonly dev?: readonly [number, number];
  readonly pax?: Readonly<Record<string, string>>;
}

interface Transcript {
  readonly layers: Readonly<Record<string, { readonly entries: readonly Listed[] }>>;
}

const TYPES: Readonly<Record<Listed['t'], TarEntryType>> = {
  file: 'file',
  dir: 'directory',
  symlink: 'symlink',
  hardlink: 'hardlink',
  char: 'charDevice',
  block: 'blockDevice',
  fifo: 'fifo',
};
const MARK = /(^|\/)\.wh\.[^/]*$/;

/** As a sealed upper gives it: without the type bits and names that the daemon of that time adds. */
function memberOf(entry: Listed): TarMemberWithContent {
  const content = encodeName(entry.text ?? '');
  return {
    member: {
      name: encodeName(entry.n),
      type: TYPES[entry.t],
      mode: Number.parseInt(entry.mode, 8) & 0o7777,
      uid: entry.uid,
      gid: entry.gid,
      sizeBytes: entry.t === 'file' ? content.length : 0,
      mtimeSec: Number(entry.mtime),
      ...(entry.to !== undefined && { linkName: encodeName(entry.to) }),
      ...(entry.dev && { deviceMajor: entry.dev[0], deviceMinor: entry.dev[1] }),
    },
    ...(content.length > 0 && { content: once(content) }),
  };
}

async function* once(bytes: Uint8Array) {
  yield bytes;
}

/** Layers that dockerd itself wrote: type bits in every mode, all content at hand, nothing of the moment in it. */
function isDaemons(entries: readonly Listed[]): boolean {
  return (
    entries.length > 0 &&
    entries.every(
      ({ n, t, mode, mtime, text, size = 0, pax }) =>
        typeof mtime === 'number' &&
        !Object.keys(pax ?? {}).some((key) => key.startsWith('SCHILY')) &&
        (t !== 'file' || text !== undefined || size === 0) &&
        (MARK.test(n) || t === 'hardlink' || Number.parseInt(mode, 8) > 0o7777),
    )
  );
}

describeWithFixtures('layers that dockerd 20.10 wrote', (dir) => {
  it('ENG-1 are written again byte for byte', async () => {
    const folder = join(dir, 'docker/transcripts');
    let judged = 0;
    for (const file of readdirSync(folder)) {
      const { layers } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Transcript;
      for (const [diffId, { entries }] of Object.entries(layers)) {
        if (diffId.includes('{{') || !isDaemons(entries)) continue;
        const users = new Map(entries.map(({ uid, uname = '' }) => [uid, encodeName(uname)]));
        const groups = new Map(entries.map(({ gid, gname = '' }) => [gid, encodeName(gname)]));
        const hash = createHash('sha256');
        for await (const chunk of writeTar(oldStyle(entries.map(memberOf), { users, groups }))) hash.update(chunk);
        expect([file, `sha256:${hash.digest('hex')}`]).toEqual([file, diffId]);
        judged++;
      }
    }
    expect(judged).toBeGreaterThan(20);
  });
});
