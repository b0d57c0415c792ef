import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { USTAR_END, type UstarMember, ustarHeader, ustarPadding } from '../../bench/ustar.ts';

/** A member of a made-up tar: a path with its content, or a header of another kind. */
export interface SampleMember {
  readonly name: string;
  readonly content?: string;
  readonly type?: UstarMember['type'];
  readonly mode?: number;
  readonly linkName?: string;
}

export function sampleTar(members: readonly SampleMember[]): Buffer {
  const parts = members.map(({ name, content = '', type = 'file', mode = 0o644, linkName = '' }) => {
    const body = Buffer.from(content);
    const member = { name, type, mode, linkName, sizeBytes: body.length, mtimeSec: 1_700_000_000 };
    return Buffer.concat([ustarHeader(member), body, ustarPadding(body.length)]);
  });
  return Buffer.concat([...parts, USTAR_END]);
}

export interface SampleImage {
  readonly tags: readonly string[];
  readonly layers: readonly Buffer[];
}

/** A docker-archive of images with those layers. */
export function sampleArchive(images: readonly SampleImage[]): Buffer {
  const members = new Map<string, string | Buffer>();
  const manifest = images.map(({ tags, layers }) => {
    const diffIds = layers.map((layer) => createHash('sha256').update(layer).digest('hex'));
    layers.forEach((layer, i) => {
      members.set(`${diffIds[i]}/layer.tar`, layer);
    });
    const config = JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      config: { Env: tags.map((tag) => `TAG=${tag}`) },
      rootfs: { type: 'layers', diff_ids: diffIds.map((id) => `sha256:${id}`) },
      history: layers.map((_, i) => ({ created_by: `/bin/sh -c step ${i}` })),
    });
    const configName = `${createHash('sha256').update(config).digest('hex')}.json`;
    members.set(configName, config);
    return { Config: configName, RepoTags: tags, Layers: diffIds.map((id) => `${id}/layer.tar`) };
  });
  members.set('manifest.json', JSON.stringify(manifest));
  const parts = [...members].map(([name, content]) => {
    const body = Buffer.from(content);
    const header = ustarHeader({ name, type: 'file', mode: 0o644, sizeBytes: body.length, mtimeSec: 0 });
    return Buffer.concat([header, body, ustarPadding(body.length)]);
  });
  return Buffer.concat([...parts, USTAR_END]);
}

/** A folder that is gone after the tests of the file. */
export function temporaryFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'palimpsest-cli-test-'));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

export function writeSample(dir: string, name: string, bytes: Uint8Array): string {
  const path = join(dir, name);
  writeFileSync(path, bytes);
  return path;
}

/** Three layers: a base, one that replaces, deletes and links, one that deletes a folder. */
export const BASE_LAYER = sampleTar([
  { name: 'etc/', type: 'directory', mode: 0o755 },
  { name: 'etc/passwd', content: 'root:x:0:0\n' },
  { name: 'etc/secret', content: 'hidden\n', mode: 0o600 },
  { name: 'bin', type: 'symlink', linkName: 'usr/bin' },
  { name: 'usr/bin/tool', content: '#!/bin/sh\n', mode: 0o4755 },
  { name: 'var/cache/a', content: 'aaaa' },
]);
export const MIDDLE_LAYER = sampleTar([
  { name: 'etc/passwd', content: 'root:x:0:0\nme:x:1:1\n' },
  { name: 'etc/.wh.secret' },
  { name: 'usr/bin/tool2', content: 'same', mode: 0o755 },
  { name: 'usr/bin/tool3', type: 'hardlink', linkName: 'usr/bin/tool2' },
]);
export const TOP_LAYER = sampleTar([{ name: 'var/.wh.cache' }, { name: 'etc/motd', content: 'hello\n' }]);
