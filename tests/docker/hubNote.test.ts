import { describe, expect, it } from 'vitest';
import { describeError } from '../../src/docker/client.ts';
import { hubNote } from '../../src/docker/hubNote.ts';
import { EngineError } from '../../src/engine/engineError.ts';

describe('where the real hub would answer otherwise', () => {
  it.each([
    ['mysql', true],
    ['postgres:16', true],
    ['node:19-alpine', true],
    ['debian:bullseye', true],
    ['busybox:nosuch', false],
    ['nosuchimage', false],
    ['nosuchuser/nosuchimage:1', false],
    ['localhost:5000/node:18', false],
  ])('%s: a note: %s', (image, isNoted) => {
    expect(hubNote(image) !== undefined).toBe(isNoted);
  });

  it('it is said behind the daemon’s words, in a stream, too', () => {
    const error = new EngineError('notFound', 'registry', 'manifest for node:19 not found', { asked: 'node:19' });
    const note =
      'palimpsest: the real hub may have node:19; the simulated one holds base images of a catalogue, in some versions';
    expect(describeError(error)).toBe(`Error response from daemon: manifest for node:19 not found\n${note}`);
    expect(describeError(error.inStream())).toBe(`manifest for node:19 not found\n${note}`);
    expect(describeError(new EngineError('notFound', 'registry', 'no'))).toBe('Error response from daemon: no');
  });
});
