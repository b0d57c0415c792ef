import { describe, expect, it } from 'vitest';
import { ListingAdvice } from '../../src/fuse/listingAdvice.ts';

/** How many of so many listings brought files along, when `lookups` files were looked up after each that did not. */
function fullListings(listings: number, lookups: number): number {
  const advice = new ListingAdvice();
  let full = 0;
  for (let i = 0; i < listings; i++) {
    advice.noteListing();
    if (advice.wantsFiles) full++;
    else for (let j = 0; j < lookups; j++) advice.noteFileLookup();
  }
  return full;
}

describe('listings bring the attributes of files along', () => {
  it.each([
    ['not for a walk by names', 0, 0],
    ['not for a walk that opens a file here and there', 1, 0],
    ['for a walk that looks at files, but for one listing in so many', 10, 984],
  ])('%s', (_, lookups, expected) => {
    expect(fullListings(1000, lookups)).toBe(expected);
  });
});
