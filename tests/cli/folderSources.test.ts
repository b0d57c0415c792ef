import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { json, sampleLayers, sha256 } from '../archive/buildTar.ts';
import { runCli } from './runCli.ts';

const root = mkdtempSync(join(tmpdir(), 'palimpsest-folder-'));
const layout = join(root, 'layout');
const store = join(root, 'store');

/** A layout whose layer is a link out of the folder; `content` is what lies there. */
function writeLayout(layer: Uint8Array, content: Uint8Array): void {
  rmSync(layout, { recursive: true, force: true });
  for (const folder of [store, join(layout, 'blobs', 'sha256')]) mkdirSync(folder, { recursive: true });
  const put = (bytes: Uint8Array) => {
    const digest = sha256(bytes);
    writeFileSync(join(layout, 'blobs', 'sha256', digest.slice(7)), bytes);
    return { digest, size: bytes.length };
  };
  const config = put(
    Buffer.from(json({ os: 'linux', architecture: 'amd64', rootfs: { type: 'layers', diff_ids: [sha256(layer)] } })),
  );
  const type = 'application/vnd.oci.image';
  const manifest = put(
    Buffer.from(
      json({
        schemaVersion: 2,
        config: { mediaType: `${type}.config.v1+json`, ...config },
        layers: [{ mediaType: `${type}.layer.v1.tar`, digest: sha256(layer), size: layer.length }],
      }),
    ),
  );
  writeFileSync(
    join(layout, 'index.json'),
    json({ schemaVersion: 2, manifests: [{ mediaType: `${type}.manifest.v1+json`, ...manifest }] }),
  );
  writeFileSync(join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  writeFileSync(join(store, 'elsewhere'), content);
  symlinkSync(join(store, 'elsewhere'), join(layout, 'blobs', 'sha256', sha256(layer).slice(7)));
}

let layer: Uint8Array;
beforeAll(async () => {
  [layer] = await sampleLayers();
});
afterAll(() => rmSync(root, { recursive: true }));

it('ARC-3 a blob that is a link out of the folder counts when it is what its name says', async () => {
  writeLayout(layer, layer);
  const { code, out } = await runCli(['ls', layout]);
  expect(code).toBe(0);
  expect(out).not.toBe('');
});

it('ARC-3 any other link out of the folder does not', async () => {
  writeLayout(layer, Buffer.from('something of this machine'));
  const { out } = await runCli(['inspect', layout]);
  expect(out).toContain('is not in the archive');
});
