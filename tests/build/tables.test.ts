import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { judgeTable } from '../../src/cli/conformance/tables/judgeTable.ts';
import { nodePlatform } from '../../src/platform/node.ts';
import { describeWithFixtures } from '../fixtures.ts';

describeWithFixtures('recorded tables of the Dockerfile language and its neighbours', (dir) => {
  const tables = join(dir, 'tables');
  const { entries } = dir === '' ? { entries: [] } : JSON.parse(readFileSync(join(tables, 'MANIFEST.json'), 'utf8'));
  const names = (entries as { path: string }[]).map((entry) => entry.path);

  it.each(names)('%s', async (name) => {
    const judged = await judgeTable(tables, name, nodePlatform());
    expect(judged.problems).toEqual([]);
    expect(judged.passed > 0 || judged.notJudged !== undefined).toBe(true);
  });
});
