import { MemorySource } from '../../src/bytes/byteSource.ts';
import { encodeName } from '../../src/bytes/byteName.ts';
import type { Work } from '../../src/bytes/platform.ts';
import { digestOf } from '../../src/image/digest.ts';
import { nodePlatform } from '../../src/platform/node.ts';
import type { TarMember } from '../../src/tar/tarHeader.ts';
import { writeTar, type TarMemberWithContent } from '../../src/tar/writeTar.ts';

export const work: Work = { platform: nodePlatform() };

export type Member = string | Uint8Array | { readonly symlink: string } | { readonly hardlink: string };

/** A tar of these members in this order; a name that ends in a slash is a directory. */
export async function tarOf(members: readonly (readonly [name: string, member: Member])[]): Promise<Uint8Array> {
  const entries = members.map(([name, member]) => entryOf(name, member));
  return concatenate(await collect(writeTar(entries)));
}

function entryOf(name: string, member: Member): TarMemberWithContent {
  const base = { name: encodeName(name), mode: 0o644, uid: 0, gid: 0, sizeBytes: 0, mtimeSec: 1_500_000_000 };
  if (typeof member === 'string' || member instanceof Uint8Array) {
    const content = typeof member === 'string' ? encodeName(member) : member;
    const type: TarMember['type'] = name.endsWith('/') ? 'directory' : 'file';
    return { member: { ...base, type, sizeBytes: content.length }, content: [content] };
  }
  const isSymlink = 'symlink' in member;
  const target = isSymlink ? member.symlink : member.hardlink;
  return { member: { ...base, type: isSymlink ? 'symlink' : 'hardlink', linkName: encodeName(target) } };
}

export async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk.slice());
  return parts;
}

export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

export async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  return concatenate(await collect(chunks));
}

export function sha256(bytes: Uint8Array): string {
  return digestOf(bytes, work.platform);
}

export function input(bytes: Uint8Array, fileName = 'test.tar') {
  return { fileName, source: new MemorySource(bytes) };
}

export function json(value: unknown): string {
  return JSON.stringify(value);
}

/** Two small layers, the upper one deletes a file of the lower. */
export async function sampleLayers(): Promise<[Uint8Array, Uint8Array]> {
  const base = await tarOf([
    ['etc/', ''],
    ['etc/motd', 'hello'],
    ['etc/gone', 'soon'],
    ['etc/same', { hardlink: 'etc/motd' }],
  ]);
  const top = await tarOf([
    ['etc/', ''],
    ['etc/.wh.gone', ''],
    ['bin/', ''],
    ['bin/tool', 'x'.repeat(3000)],
  ]);
  return [base, top];
}

export function configOf(diffIds: readonly string[], more: object = {}): string {
  return json({ architecture: 'amd64', os: 'linux', ...more, rootfs: { type: 'layers', diff_ids: diffIds } });
}

/** A docker-archive with those layers, `manifest` overriding fields of its one item. */
export async function dockerArchive(
  layers: readonly Uint8Array[],
  manifest: object = {},
  more: readonly (readonly [string, Member])[] = [],
): Promise<Uint8Array> {
  const diffIds = layers.map(sha256);
  const item = {
    Config: 'config.json',
    RepoTags: ['app:1'],
    Layers: layers.map((_, i) => `${i}/layer.tar`),
    ...manifest,
  };
  return tarOf([
    ...layers.map((layer, i) => [`${i}/layer.tar`, layer] as const),
    ['config.json', configOf(diffIds)],
    ...more,
    ['manifest.json', json([item])],
  ]);
}
