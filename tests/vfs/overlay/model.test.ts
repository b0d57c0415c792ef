import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OverlayMount } from '../../../src/vfs/overlay/overlayMount.ts';
import { Upper } from '../../../src/vfs/overlay/upper.ts';
import { VfsError } from '../../../src/vfs/vfsError.ts';
import { dumpLayer, dumpMount } from './mountDump.ts';
import { NaiveMount } from './naiveMount.ts';
import type { NaiveNode } from './naiveNode.ts';
import { layerOf, randomCall, randomLayers } from './randomCalls.ts';

/** Runs of 40 calls; `FC_RUNS=2500` makes 100,000 calls. */
const RUNS = Number(process.env.FC_RUNS ?? 60);
const CALLS = 40;
const calls = fc.array(randomCall, { minLength: CALLS, maxLength: CALLS });
const LIMIT_MS = 30_000 + RUNS * 1000;

class Injected extends Error {}

function outcome(run: () => string | undefined): string {
  try {
    return run() ?? 'ok';
  } catch (error) {
    if (error instanceof VfsError) return error.code;
    throw error;
  }
}

function dumpModel(model: NaiveMount): readonly string[] {
  const lines: string[] = [];
  const types = { file: 0o100000, directory: 0o040000, symlink: 0o120000 };
  const walk = (path: string, node: NaiveNode) => {
    lines.push(`${path} ${(types[node.kind] | node.mode).toString(8)} ${node.uid} ${node.text}`);
    for (const [name, child] of [...node.entries].sort(([a], [b]) => (a < b ? -1 : 1))) walk(`${path}/${name}`, child);
  };
  walk('', model.root);
  return lines;
}

const OPTIONS = [
  '',
  'redirect_dir=on',
  'redirect_dir=on,metacopy=on',
  'redirect_dir=on,metacopy=on,index=on',
  'userxattr',
];

describe('OVL-1 a plain tree and the mount agree on random calls', () => {
  it.each(OPTIONS)(
    'with options "%s"',
    (options) => {
      fc.assert(
        fc.property(randomLayers, calls, (layers, all) => {
          const lowers = layers.map(layerOf).reverse();
          const mount = new OverlayMount({ lowers, upper: new Upper(), options });
          mount.credentials = { uid: 0, gid: 0, groups: [], umask: 0 };
          const model = new NaiveMount(layers, mount.options);
          expect(dumpMount(mount)).toEqual(dumpModel(model));
          for (const call of all) {
            const ours = outcome(() => call.onMount(mount));
            expect(`${call.text}: ${ours}`).toBe(`${call.text}: ${outcome(() => call.onModel(model))}`);
          }
          expect(dumpMount(mount)).toEqual(dumpModel(model));
        }),
        { numRuns: Math.ceil(RUNS / OPTIONS.length) },
      );
    },
    LIMIT_MS,
  );
});

describe('OVL-2 a call happens whole or not at all', () => {
  it.each(OPTIONS)(
    'whatever point of it fails, with options "%s"',
    (options) => {
      fc.assert(
        fc.property(randomLayers, calls, fc.array(fc.nat(25), { minLength: 1 }), (layers, all, points) => {
          const lowers = layers.map(layerOf).reverse();
          const lowerDumps = lowers.map(dumpLayer);
          const upper = new Upper();
          const mount = new OverlayMount({ lowers, upper, options });
          mount.credentials = { uid: 0, gid: 0, groups: [], umask: 0 };
          const model = new NaiveMount(layers, mount.options);
          for (const [i, call] of all.entries()) {
            const seen = dumpMount(mount);
            const stored = dumpLayer(upper);
            let left = points[i % points.length] as number;
            upper.log.onChange = () => {
              if (left-- === 0) throw new Injected();
            };
            let result: string | undefined;
            try {
              result = outcome(() => call.onMount(mount));
            } catch (error) {
              if (!(error instanceof Injected)) throw error;
            } finally {
              upper.log.onChange = undefined;
            }
            if (result === undefined) {
              // Of the calls that write, only one of their several system calls has failed.
              if (/^(create|truncate|append|read) /.test(call.text)) return;
              expect(dumpMount(mount)).toEqual(seen);
              expect(dumpLayer(upper)).toEqual(stored);
              continue;
            }
            expect(`${call.text}: ${result}`).toBe(`${call.text}: ${outcome(() => call.onModel(model))}`);
          }
          expect(lowers.map(dumpLayer)).toEqual(lowerDumps);
        }),
        { numRuns: Math.ceil(RUNS / OPTIONS.length) },
      );
    },
    LIMIT_MS,
  );
});
