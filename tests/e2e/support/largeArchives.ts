import { gzipSync } from 'node:zlib';
import { buildDockerArchive, buildTar, sha256, type TarMember } from '../../support/buildArchive.ts';

const FILES_PER_DIRECTORY = 100;

/** A docker-archive of `layers` layers with `files` files of `fileBytes` each, by plain counting: the same bytes at
 *  each run. */
export function manyFiles(layers: number, files: number, fileBytes: number): Uint8Array<ArrayBuffer> {
  const body = Uint8Array.from({ length: fileBytes }, (_, i) => 32 + ((i * 7) % 90));
  const layer = (index: number): readonly TarMember[] =>
    Array.from({ length: files }, (_, i) => {
      const directory = `srv/part-${index}/${Math.floor(i / FILES_PER_DIRECTORY)}`;
      return { path: `${directory}/file-${i}.txt`, body };
    });
  return buildDockerArchive(
    'many:files',
    Array.from({ length: layers }, (_, index) => layer(index)),
  );
}

/** A root filesystem with one file of zeros in gzip: small on disk, and long to read. `sizeBytes` is a multiple of
 *  64 MiB, and each of those is a gzip member of its own. */
export function longGzip(sizeBytes: number): Uint8Array {
  const stepBytes = 64 * 1024 * 1024;
  const zeros = gzipSync(new Uint8Array(stepBytes));
  // The header of the file with its size, without its content.
  const header = buildTar([{ path: 'etc/motd', body: 'long\n' }, { path: 'zeros' }]).slice(0, 1536);
  header.set(new TextEncoder().encode(sizeBytes.toString(8).padStart(11, '0')), 1024 + 124);
  header.set(new TextEncoder().encode('        '), 1024 + 148);
  const sum = header.subarray(1024).reduce((total, byte) => total + byte, 0);
  header.set(new TextEncoder().encode(`${sum.toString(8).padStart(6, '0')}\0 `), 1024 + 148);
  const steps = Array.from({ length: sizeBytes / stepBytes }, () => zeros);
  return Buffer.concat([gzipSync(header), ...steps, gzipSync(new Uint8Array(1024))]);
}

/** A docker-archive whose base is read at once, and whose second layer takes long. */
export function longSecondLayer(base: readonly TarMember[], sizeBytes: number): Uint8Array<ArrayBuffer> {
  const tar = buildTar(base);
  const config = JSON.stringify({ rootfs: { type: 'layers', diff_ids: [sha256(tar), sha256('never computed')] } });
  const manifest = [{ Config: 'config.json', RepoTags: ['long:1'], Layers: ['0/layer.tar', '1/layer.tar'] }];
  return buildTar([
    { path: '0/layer.tar', body: tar },
    { path: '1/layer.tar', body: longGzip(sizeBytes) },
    { path: 'config.json', body: config },
    { path: 'manifest.json', body: JSON.stringify(manifest) },
  ]);
}
