// Builds every deterministic Dockerfile of the fixtures, and those of tests/build/real, twice: by the simulator on a
// machine whose clock stands at SOURCE_DATE_EPOCH, and by BuildKit with rewrite-timestamp=true. Prints what is equal;
// `--write` puts it into docs/builds.md. Ends with 0 where there is no BuildKit, and says so.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BuildkitEngine } from '../../../src/companion/engines/buildkit/buildkitEngine.ts';
import type { BaseImage } from '../../../src/companion/engines/engine.ts';
import { shownReference } from '../../../src/build/buildkit/baseImages.ts';
import { nodePlatform } from '../../../src/platform/node.ts';
import { OWN_CASES } from '../../../tests/build/real/ownCases.ts';
import { probeBuildkit, startBuildkit } from '../../../tests/companion/realBuildkit.ts';
import { fixturesDir } from '../../../tests/support/fixturesDir.ts';
import { type BuildCase, writeContext } from './buildCase.ts';
import { compareBuilds, compareRefusals } from './compareBuilds.ts';
import { leftOut, missingBases, tableCases, transcriptCases } from './fixtureCases.ts';
import { buildReal, layoutOf } from './real.ts';
import { type BuildRow, documentOf, summaryOf } from './report.ts';
import { buildSimulated } from './simulated.ts';

/** After all that contexts and bases hold. */
const EPOCH_SEC = 1_720_000_000;
const DOCUMENT = 'docs/builds.md';
const IMAGES = ['busybox', 'debian'];
const BUILDS_AT_ONCE = 4;
const OTHER_BASE = 'another base';

const args = process.argv.slice(2);
const writes = args.includes('--write');
const wanted = args.filter((word) => word !== '--write');
process.exitCode = await main();

async function main(): Promise<number> {
  const obstacle = await probeBuildkit();
  if (obstacle !== undefined) {
    console.log(`Nothing was compared: ${obstacle}`);
    return 0;
  }
  const scratch = mkdtempSync(join(tmpdir(), 'palimpsest-builds-'));
  const daemon = await startBuildkit();
  const engine = daemon.engine();
  try {
    const { version } = await engine.facts(AbortSignal.timeout(10_000));
    const work = { platform: nodePlatform(), signal: undefined };
    const fixtures = fixturesDir();
    const archives = fixtures === undefined ? [] : IMAGES.map((name) => join(fixtures, `docker/images/${name}.tar`));
    const bases: BaseImage[] = [];
    for (const [i, archive] of archives.entries())
      bases.push(...(await layoutOf(archive, join(scratch, `b${i}`), work)));
    const names = bases.flatMap(({ reference }) => namesOf(reference));
    const cases = [
      ...OWN_CASES,
      ...(fixtures === undefined ? [] : [...transcriptCases(fixtures), ...tableCases(fixtures)]),
    ];
    const rows: BuildRow[] = [];
    const skipped = new Map<string, number>();
    const left: BuildCase[] = [];
    for (const one of cases.filter(({ name }) => isWanted(name))) {
      const reason = leftOut(one);
      if (reason === undefined) left.push(one);
      else skipped.set(reason, (skipped.get(reason) ?? 0) + 1);
    }
    const order = new Map<BuildRow, number>();
    let next = 0;
    const takeTurns = async (): Promise<void> => {
      for (let i = next++; i < left.length; i = next++) {
        const row = await buildBoth(left[i] as BuildCase, join(scratch, `c${i}`));
        if (row === undefined) {
          skipped.set(OTHER_BASE, (skipped.get(OTHER_BASE) ?? 0) + 1);
          continue;
        }
        rows.push(row);
        order.set(row, i);
        console.log(lineOf(row));
      }
    };
    await Promise.all(Array.from({ length: BUILDS_AT_ONCE }, takeTurns));
    rows.sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0));
    console.log(summaryOf(rows, skipped));
    if (writes) writeFileSync(DOCUMENT, documentOf(rows, skipped, version, wanted));
    return rows.every(({ end }) => end.kind !== 'different') ? 0 : 1;

    /** Undefined where a base is not there. */
    async function buildBoth(one: BuildCase, folder: string): Promise<BuildRow | undefined> {
      const standIns = missingBases(one, names);
      const context = join(folder, 'context');
      writeContext(context, one.files);
      const [left, right] = [join(folder, 'simulated.tar'), join(folder, 'real.tar')];
      mkdirSync(join(folder, 'work'));
      const simulated = await buildSimulated(one, context, archives, {
        epochSec: EPOCH_SEC,
        archive: left,
        work,
        standIns,
      }).catch((error: unknown) => ({ refusal: `the simulator broke: ${String(error)}` }));
      const { source, name } = one;
      const compared = async (by: BuildkitEngine): Promise<BuildRow | undefined> => {
        const real = await buildReal(by, one, context, [...bases, ...standInBases(bases, standIns)], {
          epochSec: EPOCH_SEC,
          archive: right,
          workFolder: join(folder, 'work'),
        });
        if ('refusal' in real && /denied by policy/.test(real.refusal)) return undefined;
        if ('archive' in simulated && 'archive' in real) {
          const comparison = await compareBuilds(simulated.archive, real.archive, work);
          const isEqual = comparison.diffIds && comparison.imageId;
          return { source, name, end: { kind: isEqual ? 'equal' : 'different', comparison } };
        }
        const words = compareRefusals(simulated, real);
        if ('refusal' in simulated && 'refusal' in real) return { source, name, end: { kind: 'refused', words } };
        const comparison = { entries: false, diffIds: false, imageId: false, differences: [words] };
        return { source, name, end: { kind: 'different', comparison } };
      };
      const row = await compared(engine);
      const last = row?.end.kind === 'different' ? await byFreshDaemon(compared) : row;
      rmSync(folder, { recursive: true, force: true });
      return last;
    }
  } finally {
    engine.close();
    await daemon.stop();
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** A daemon keeps what clients sent, and sends for the difference alone: folders that it touches on the way lose their
 *  times. What differs is built again by one that has seen nothing. */
async function byFreshDaemon<T>(build: (engine: BuildkitEngine) => Promise<T>): Promise<T> {
  const daemon = await startBuildkit();
  const engine = daemon.engine();
  try {
    return await build(engine);
  } finally {
    engine.close();
    await daemon.stop();
  }
}

/** The first base by other names. */
function standInBases([base]: readonly BaseImage[], names: readonly string[]): BaseImage[] {
  return base ? names.map((name) => ({ ...base, reference: shownReference(name) })) : [];
}

function isWanted(name: string): boolean {
  return wanted.length === 0 || wanted.some((word) => name.includes(word));
}

/** `docker.io/library/busybox:latest` is named in shorter ways too. */
function namesOf(reference: string): string[] {
  const short = reference.replace(/^docker\.io\/(library\/)?/, '');
  return [reference, short, short.replace(/:latest$/, '')];
}

function lineOf({ name, end }: BuildRow): string {
  if (end.kind === 'equal') return `equal      ${name}`;
  if (end.kind === 'refused') return `refused    ${name}: ${end.words}`;
  const { entries, diffIds, differences } = end.comparison;
  const what = diffIds ? 'only diffIDs' : entries ? 'only entries' : 'nothing     ';
  return `${what} ${name}\n${differences.map((text) => `             ${text}`).join('\n')}`;
}
