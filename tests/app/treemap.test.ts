import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cellAt,
  cellNames,
  layOutTreemap,
  MAX_CELLS,
  moveFocus,
  squarify,
} from '../../src/app/panels/treemap/squarify.ts';
import type { TreemapNode } from '../../src/client/protocol.ts';

const node = (name: string, size: number | TreemapNode[]): TreemapNode => ({
  name,
  sizeBytes: typeof size === 'number' ? size : size.reduce((sum, child) => sum + child.sizeBytes, 0),
  layer: 0,
  children: typeof size === 'number' ? [] : size,
  foldedCount: 0,
});

describe('squarify', () => {
  it('fills the area in proportion, without overlap', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1000, max: 9000 }), { minLength: 1, maxLength: 40 }), (sizes) => {
        const placed = squarify(
          sizes.map((size, i) => node(String(i), size)),
          { x: 0, y: 0, width: 800, height: 600 },
        );
        const total = sizes.reduce((a, b) => a + b, 0);
        expect(placed).toHaveLength(sizes.length);
        for (const { node: one, area } of placed) {
          expect(area.width * area.height).toBeCloseTo((one.sizeBytes / total) * 480_000, 3);
          expect(area.x).toBeGreaterThanOrEqual(-1e-6);
          expect(area.x + area.width).toBeLessThanOrEqual(800.001);
          expect(area.y + area.height).toBeLessThanOrEqual(600.001);
        }
        const overlap = placed.some((a, i) =>
          placed.some(
            (b, j) =>
              i < j &&
              a.area.x < b.area.x + b.area.width - 0.01 &&
              b.area.x < a.area.x + a.area.width - 0.01 &&
              a.area.y < b.area.y + b.area.height - 0.01 &&
              b.area.y < a.area.y + a.area.height - 0.01,
          ),
        );
        expect(overlap).toBe(false);
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ['nothing', []],
    ['empty files', [node('a', 0)]],
  ])('of %s is empty', (_name, nodes) => expect(squarify(nodes, { x: 0, y: 0, width: 9, height: 9 })).toEqual([]));
});

describe('layOutTreemap', () => {
  const root = node('', [
    node('usr', [node('lib', [node('a.so', 500), node('b.so', 300)]), node('bin', 200)]),
    node('etc', 100),
  ]);
  const cells = layOutTreemap(root, 400, 300, 8);
  const names = cells.map((_, i) => cellNames(cells, i).join('/'));

  it('nests what is large enough', () => {
    expect(names).toEqual(['usr', 'etc', 'usr/lib', 'usr/bin', 'usr/lib/a.so', 'usr/lib/b.so']);
  });

  it('finds the innermost cell at a point', () => {
    const a = cells[names.indexOf('usr/lib/a.so')];
    expect(a && cellAt(cells, a.x + 1, a.y + 1)).toBe(names.indexOf('usr/lib/a.so'));
    expect(cellAt(cells, -1, -1)).toBe(-1);
  });

  it('keeps the bound on cells', () => {
    const wide = node(
      '',
      Array.from({ length: 20_000 }, (_, i) => node(`f${i}`, 1)),
    );
    expect(layOutTreemap(wide, 4000, 4000, 3).length).toBeLessThanOrEqual(MAX_CELLS);
  });

  it('leads in, out and across by keys', () => {
    const lib = names.indexOf('usr/lib');
    expect(names[moveFocus(cells, lib, 'in')]).toBe('usr/lib/a.so');
    expect(names[moveFocus(cells, names.indexOf('usr/lib/a.so'), 'out')]).toBe('usr/lib');
    expect(moveFocus(cells, -1, 'right')).toBe(0);
    const seen = new Set<number>();
    let at = names.indexOf('usr/lib/a.so');
    for (const move of ['right', 'down', 'left', 'up'] as const) {
      at = moveFocus(cells, at, move);
      seen.add(at);
    }
    expect(seen.size).toBeGreaterThan(1);
  });
});
