import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Route, formatRoute, parseRoute } from '../../src/app/route.ts';
import { IMAGE_PANELS, PATH_PANELS } from '../../src/app/panels/panelName.ts';
import { decodeName } from '../../src/bytes/byteName.ts';

const route: fc.Arbitrary<Route> = fc.record(
  {
    archiveId: fc.stringMatching(/^[\w %/é-]+$/),
    image: fc.nat(999),
    layer: fc.nat(999),
    mode: fc.constantFrom('layer', 'union', 'merged'),
    panel: fc.constantFrom(...PATH_PANELS, ...IMAGE_PANELS),
    version: fc.record({ layer: fc.nat(999), entry: fc.nat(999_999) }),
    path: fc
      .array(
        fc.uint8Array({ minLength: 1, maxLength: 12 }).filter((bytes) => !bytes.includes(0x2f)),
        { maxLength: 4 },
      )
      .map((names) => names.map(decodeName).join('/')),
  },
  { requiredKeys: ['archiveId'] },
);

describe('PAGE-4 the address names what is shown', () => {
  it('what is written is read back, names that are not UTF-8 included', () => {
    fc.assert(
      fc.property(route, (one) => {
        expect(parseRoute(formatRoute(one))).toEqual(one);
      }),
    );
  });

  it('is printable ASCII without blanks, whatever the names', () => {
    fc.assert(
      fc.property(route, (one) => {
        expect(formatRoute(one)).toMatch(/^#\/[\x21-\x7e]*$/);
      }),
    );
  });

  it('never throws, whatever the address holds', () => {
    fc.assert(
      fc.property(fc.string(), (hash) => {
        expect(parseRoute(hash)).toBeTypeOf('object');
      }),
    );
  });

  it.each([
    ['', {}],
    ['#/', {}],
    ['#/a/x1/i/0/l/3/t/union/p/etc/passwd', { archiveId: 'x1', image: 0, layer: 3, mode: 'union', path: 'etc/passwd' }],
    ['#/a/x1/l/-3/t/sideways/v/nothing', { archiveId: 'x1' }],
    ['#/a/x%/i/1e9', { archiveId: 'x%' }],
  ])('%s', (hash, expected) => expect(parseRoute(hash)).toEqual(expected));
});
