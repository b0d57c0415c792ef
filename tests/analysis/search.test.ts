import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { indexOfBytes, searchStack, type SearchQuery } from '../../src/analysis/search.ts';
import { buildTimeline } from '../../src/analysis/timeline.ts';
import { nodePlatform } from '../../src/platform/node.ts';
import { contentsOf, file, layer, type TestLayer, trees } from './layers.ts';

const work = { platform: nodePlatform() };

async function search(
  layers: readonly TestLayer[],
  query: Partial<SearchQuery>,
  way: 'random' | number = 'random',
): Promise<string[]> {
  const stack = await buildTimeline(trees(layers));
  const whole = { text: '', in: 'names' as const, limit: 100, ...query };
  const hits = await searchStack(stack, contentsOf(layers, way), whole, work);
  return hits.map(({ path, layer: at, visible, offset, line }) =>
    [`${path}@${at}`, visible ? undefined : 'hidden', offset, line].filter((part) => part !== undefined).join(' '),
  );
}

const layers = [
  layer(file('etc/passwd', 'root:x:0:0\nguest:y:1:1\n'), file('etc/hosts', '127.0.0.1 here')),
  layer(file('etc/.wh.hosts', ''), file('srv/hosts.txt', 'the guest of the house')),
];

describe('searchStack', () => {
  it('VIEW-6 finds names in all layers, the newest first', async () => {
    expect(await search(layers, { text: 'HOSTS' })).toEqual(
      ['hosts@1 hidden', 'hosts.txt@1', 'hosts@0 hidden'].map((line) =>
        line.startsWith('hosts.txt') ? `srv/${line}` : `etc/${line}`,
      ),
    );
    expect(await search(layers, { text: 'etc/h*' })).toEqual(['etc/hosts@1 hidden', 'etc/hosts@0 hidden']);
  });

  it('stops at the limit', async () => {
    expect(await search(layers, { text: 'hosts', limit: 1 })).toHaveLength(1);
    expect(await search(layers, { text: 'guest', in: 'contents', limit: 1 })).toHaveLength(1);
    expect(await search(layers, { text: 'hosts', limit: 0 })).toEqual([]);
    expect(await search(layers, { text: '' })).toEqual([]);
  });

  it('finds contents, with the line around the place', async () => {
    for (const way of ['random', 7, 515] as const) {
      expect(await search(layers, { text: 'guest', in: 'contents' }, way)).toEqual([
        expect.stringMatching(/^srv\/hosts.txt@1 4 .*guest/),
        expect.stringMatching(/^etc\/passwd@0 11 guest/),
      ]);
    }
  });

  it('names a hard link that is in sight', async () => {
    const linked = [layer(file('a', 'needle'), { path: 'b', type: 'hardlink', link: 'a' }), layer(file('.wh.a', ''))];
    expect(await search(linked, { text: 'needle', in: 'contents' })).toEqual(['b@0 0 needle']);
  });

  it('VIEW-6 law: a place is found however the stream is cut', async () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 40 });
    const needle = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(text, needle, fc.integer({ min: 1, max: 60 }), async (content, wanted, step) => {
        const [hit] = await search([layer(file('f', content))], { text: wanted, in: 'contents' }, step);
        const at = content.indexOf(wanted);
        if (at < 0) expect(hit).toBeUndefined();
        else expect(hit).toMatch(new RegExp(`^f@0 ${at} `));
      }),
      { numRuns: 300 },
    );
  });
});

describe('indexOfBytes', () => {
  it('law: equals the search in a string', () => {
    const bytes = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 30 });
    const needle = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 4 });
    const encode = (text: string) => new TextEncoder().encode(text);
    fc.assert(
      fc.property(bytes, needle, (a, b) => {
        expect(indexOfBytes(encode(a), encode(b))).toBe(a.indexOf(b));
      }),
    );
  });
});
