import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { replayTrace } from '../../../src/vfs/overlay/trace/replayTrace.ts';
import { parseTrace } from '../../../src/vfs/overlay/trace/traceFile.ts';
import { describeWithFixtures } from '../../fixtures.ts';

describeWithFixtures('OVL-1 traces of the kernel', (dir) => {
  const folder = join(dir, 'overlay');
  const files = dir === '' ? [] : readdirSync(folder).filter((name) => /^\d+\.json$/.test(name));
  const read = (file: string) => parseTrace(readFileSync(join(folder, file), 'utf8'));

  it.each(files)('%s', async (file) => {
    expect((await replayTrace(read(file))).problems).toEqual([]);
  });

  it('a wrong record is noticed, wherever it is wrong', async () => {
    const trace = read(files.find((file) => read(file).final.upper) ?? '');
    const falsified = [
      { ...trace, ops: trace.ops.map((op, i) => (i === 3 ? [...op.slice(0, -1), 'EXDEV'] : op)) },
      { ...trace, final: { ...trace.final, tree: trace.final.tree.slice(1) } },
      { ...trace, final: { ...trace.final, upper: trace.final.upper?.map((line) => ({ ...line, m: 1 })) ?? [] } },
      { ...trace, final: { ...trace.final, index: [{ origin: '0:a' }] } },
      { ...trace, final: { ...trace.final, remount: [] } },
    ];
    for (const wrong of falsified) expect((await replayTrace(wrong)).passed).toBe(false);
  });
});
