import { describe, expect, it } from 'vitest';
import { binarySize, humanDuration, humanSize } from '../../src/docker/humanUnits.ts';

describe('sizes as docker prints them', () => {
  it.each([
    [0, '0B', '0B', '0B'],
    [999, '999B', '999B', '999B'],
    [1234, '1.23kB', '1.234kB', '1.205KiB'],
    [999_500, '1e+03kB', '999.5kB', '976.1KiB'],
    [123_456_789_012, '123GB', '123.5GB', '115GiB'],
  ])('%d', (bytes, three, four, binary) => {
    expect([humanSize(bytes, 3), humanSize(bytes, 4), binarySize(bytes)]).toEqual([three, four, binary]);
  });
});

describe('times as docker prints them', () => {
  it.each([
    [0.9, 'Less than a second'],
    [1, '1 second'],
    [61, 'About a minute'],
    [3600, 'About an hour'],
    [5400, '2 hours'],
    [86_400 * 3, '3 days'],
    [86_400 * 15, '2 weeks'],
    [86_400 * 61, '2 months'],
    [86_400 * 800, '2 years'],
  ])('%d s', (seconds, text) => {
    expect(humanDuration(seconds)).toBe(text);
  });
});
