import { describe, expect, it } from 'vitest';
import { addressQuery, linkedRoute, linkTo } from '../../src/app/address.ts';

describe('PAGE-11 the address says how the page is to look, and what it is to offer', () => {
  const nothing = { language: undefined, theme: undefined, isEmbedded: false, url: undefined };

  it.each([
    ['', nothing],
    ['?lang=zh&theme=dark', { ...nothing, language: 'zh', theme: 'dark' }],
    ['?lang=xx&theme=blue', nothing],
    ['?embed', { ...nothing, isEmbedded: true }],
    ['?embed=no', nothing],
    ['?url=https%3A%2F%2Fexample.org%2Fa.tar', { ...nothing, url: 'https://example.org/a.tar' }],
    ['?url=javascript%3Aalert(1)', nothing],
    ['?url=file%3A%2F%2F%2Fetc%2Fpasswd', nothing],
  ])('%s', (search, expected) => {
    expect(addressQuery(search)).toEqual(expected);
  });

  it('a link leads to the same place, whatever the archive is called in another browser', () => {
    const route = {
      archiveId: 'mine',
      image: 1,
      layer: 4,
      mode: 'layer',
      panel: 'biography',
      path: 'etc/a b',
    } as const;
    const link = new URL(
      linkTo('https://lab.example/page/?embed&lang=zh#/a/mine', 'https://example.org/a.tar?x=1&y', route),
    );
    expect(link.origin + link.pathname).toBe('https://lab.example/page/');
    expect(addressQuery(link.search)).toEqual({ ...nothing, url: 'https://example.org/a.tar?x=1&y' });
    expect(linkedRoute(link.hash)).toEqual({ ...route, archiveId: 'linked' });
    expect(linkedRoute('#/a/mine/i/1')).toBeUndefined();
    expect(linkedRoute('#/builds')).toBeUndefined();
  });
});
