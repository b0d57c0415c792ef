import { createHash } from 'node:crypto';

/** Small docker-archives made by hand, so that every byte of their contents is known. */

export interface TarMember {
  readonly path: string;
  /** Undefined: a directory, for a path that ends in a slash. */
  readonly body?: string | Uint8Array;
  readonly linkTarget?: string;
  readonly mode?: number;
}

/** POSIX ustar, "Table 4-14": octal fields, names of at most 100 bytes. */
export function buildTar(members: readonly TarMember[]): Uint8Array<ArrayBuffer> {
  const blocks = members.flatMap((member) => {
    const body = Buffer.from(member.body ?? '');
    return [header(member, body.length), body, Buffer.alloc((512 - (body.length % 512)) % 512)];
  });
  return new Uint8Array(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}

function header({ path, linkTarget, mode }: TarMember, size: number): Buffer {
  const block = Buffer.alloc(512);
  const isDirectory = path.endsWith('/');
  const octal = (value: number, at: number, length: number) =>
    block.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1');
  block.write(path, 0, 100);
  octal(mode ?? (isDirectory ? 0o755 : 0o644), 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(1_700_000_000, 136, 12);
  block.write(linkTarget !== undefined ? '2' : isDirectory ? '5' : '0', 156);
  block.write(linkTarget ?? '', 157, 100);
  block.write('ustar\0' + '00', 257, 'latin1');
  block.fill(' ', 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

export function sha256(bytes: string | Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** A docker-archive of one image, layers base first. Its manifest lists them in `listed` order, when given. */
export function buildDockerArchive(
  tag: string,
  layers: readonly (readonly TarMember[])[],
  listed: readonly number[] = [...layers.keys()],
): Uint8Array<ArrayBuffer> {
  const tars = layers.map(buildTar);
  const config = JSON.stringify({
    architecture: 'amd64',
    os: 'linux',
    config: { Env: ['PATH=/bin'] },
    rootfs: { type: 'layers', diff_ids: tars.map(sha256) },
    history: tars.map((_, i) => ({ created_by: `step ${i}` })),
  });
  const configPath = `${sha256(config).slice(7)}.json`;
  const paths = tars.map((_, i) => `layer${i}/layer.tar`);
  const manifest = JSON.stringify([{ Config: configPath, RepoTags: [tag], Layers: listed.map((i) => paths[i]) }]);
  return buildTar([
    ...tars.map((body, i) => ({ path: paths[i] ?? '', body })),
    { path: configPath, body: config },
    { path: 'manifest.json', body: manifest },
  ]);
}

export function asFile(bytes: Uint8Array<ArrayBuffer>, name: string, lastModified = 1_700_000_000_000): File {
  return new File([bytes], name, { lastModified });
}
