import type { Upper } from '../upper.ts';
import { TraceBox } from './traceBox.ts';
import type { Listed, Trace } from './traceFile.ts';
import { listMount, listUpper } from './traceListing.ts';

export interface TraceResult {
  readonly passed: boolean;
  /** What differs from the kernel, in the order of the calls. */
  readonly problems: readonly string[];
}

/** Problems told of one trace. */
const TOLD = 20;

/** Makes all calls of a trace on a mount of ours and compares results, the merged tree, the upper as it lies on disk,
 *  the index, frozen uppers, and what a remount changes. */
export async function replayTrace(trace: Trace): Promise<TraceResult> {
  const problems: string[] = [];
  const box = new TraceBox(trace);
  for (const [i, op] of trace.ops.entries()) {
    const expected = op[op.length - 1];
    const got = await box.run(op);
    if (canonical(got) !== canonical(expected))
      problems.push(
        `call ${i} ${JSON.stringify(op.slice(0, -1))}: ${canonical(got)} instead of ${canonical(expected)}`,
      );
  }
  await compareFinal(trace, box, problems);
  return { passed: problems.length === 0, problems: problems.slice(0, TOLD) };
}

async function compareFinal(trace: Trace, box: TraceBox, problems: string[]): Promise<void> {
  const { final } = trace;
  box.becomeRoot();
  const tree = await listMount(box.mount, box.places);
  compareLists('tree', tree, final.tree, problems);
  if (box.upper) compareLists('upper', await upperOf(box), final.upper ?? [], problems);
  compareIndex('index', box.index().index, final.index, problems);
  box.remount();
  const again = await listMount(box.mount, box.places);
  const before = new Set(tree.map(canonical));
  const changed = again.filter((line) => !before.has(canonical(line)));
  const isSame = canonical(again) === canonical(tree);
  const remount = isSame ? 'same' : changed;
  if (canonical(remount) !== canonical(final.remount))
    problems.push(`remount: ${canonical(remount)} instead of ${canonical(final.remount)}`);
  for (const [i, frozen] of (final.frozen ?? []).entries()) {
    compareLists(`frozen ${i} upper`, box.frozen[i]?.upper ?? [], frozen.upper, problems);
    compareIndex(`frozen ${i} index`, box.frozen[i]?.index, frozen.index, problems);
  }
}

async function upperOf(box: TraceBox): Promise<readonly Listed[]> {
  return listUpper(box.upper as Upper, box.places, box.xattrPrefix);
}

function compareIndex(
  what: string,
  got: readonly Listed[] | undefined,
  expected: readonly Listed[] | undefined,
  problems: string[],
): void {
  const sorted = (lines: readonly Listed[]) => lines.map(canonical).sort().join('\n');
  if (sorted(got ?? []) !== sorted(expected ?? []))
    problems.push(`${what}: ${canonical(got)} instead of ${canonical(expected)}`);
}

function compareLists(what: string, got: readonly Listed[], expected: readonly Listed[], problems: string[]): void {
  const byPath = new Map(got.map((line) => [line.p, line]));
  for (const line of expected) {
    const found = byPath.get(line.p);
    byPath.delete(line.p);
    if (canonical(found) !== canonical(line))
      problems.push(`${what}: ${canonical(found)} instead of ${canonical(line)}`);
  }
  for (const line of byPath.values()) problems.push(`${what}: ${canonical(line)} too much`);
}

/** JSON with sorted keys. */
function canonical(value: unknown): string {
  if (value === undefined) return 'nothing';
  return JSON.stringify(value, (_key, field: unknown) =>
    typeof field === 'object' && field !== null && !Array.isArray(field)
      ? Object.fromEntries(Object.entries(field).sort(([a], [b]) => (a < b ? -1 : 1)))
      : field,
  );
}
