import { expect, test } from 'vitest';
import { O_CREAT, O_RDWR } from '../../../src/vfs/overlay/openFlags.ts';
import { open } from '../../../src/shell/kernel/calls.ts';
import type { OpenFile } from '../../../src/shell/kernel/openFile.ts';
import { run, testKernel } from '../../support/testKernel.ts';

const SIZE_BYTES = 100_000;

function patterned(seed: number): Uint8Array {
  return Uint8Array.from({ length: SIZE_BYTES }, (_, i) => (i * 31 + seed) % 251);
}

function readAll(file: OpenFile): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  file.seek(0, 'set');
  for (;;) {
    const piece = file.read(1 << 18) as Uint8Array;
    if (piece.length === 0) return pieces;
    pieces.push(piece);
  }
}

test('what was read from a file stays as it was, whatever is written there later', async () => {
  await run(testKernel({}), async (process) => {
    const file = (await open(process, '/tmp/big', O_RDWR | O_CREAT)) as OpenFile;
    const versions: { readonly pieces: Uint8Array[]; readonly bytes: Uint8Array }[] = [];
    const bytes = patterned(0);
    file.write(bytes.slice());
    for (let round = 1; round <= 4; round++) {
      versions.push({ pieces: readAll(file), bytes: bytes.slice() });
      const patch = patterned(round).subarray(0, round * 9_000);
      const at = round * 7_777;
      bytes.set(patch, at);
      file.seek(at, 'set');
      file.write(patch.slice());
    }
    versions.push({ pieces: readAll(file), bytes });
    for (const version of versions) expect(Buffer.concat(version.pieces).equals(version.bytes)).toBe(true);
    file.close();
    return 0;
  });
});
