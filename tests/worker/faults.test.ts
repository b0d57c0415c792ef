import { describe, expect, it } from 'vitest';
import { ArchiveError } from '../../src/archive/archive.ts';
import { SourceError } from '../../src/bytes/byteSource.ts';
import { TarError } from '../../src/tar/tarEntry.ts';
import { toFault, WorkerError } from '../../src/worker/faults.ts';

const abort = new AbortController();
abort.abort();

describe('WORK-1 what is thrown, as the page is told', () => {
  it.each<[string, unknown, object]>([
    [
      'an archive error',
      new ArchiveError('malformed', 'manifest.json', 7, 'no JSON'),
      { code: 'malformed', source: 'archive', path: 'manifest.json', offset: 7 },
    ],
    ['a tar error', new TarError('checksum', 512, 'bad'), { code: 'checksum', source: 'tar', offset: 512 }],
    ['a file that changed', new SourceError('changed', 0, 'other'), { code: 'changed', source: 'file', offset: 0 }],
    ['a file that cannot be read', new SourceError('read', 5, 'EIO'), { code: 'read', source: 'file', offset: 5 }],
    ['our own', new WorkerError('gone', 'closed', { fileName: 'b.tar' }), { code: 'gone', fileName: 'b.tar' }],
    ['a full disk', new DOMException('full', 'QuotaExceededError'), { code: 'quota' }],
    ['no permission', new DOMException('no', 'NotAllowedError'), { code: 'permission' }],
    ['a cancel', abort.signal.reason, { code: 'cancelled' }],
    ['a bug', new TypeError('x is undefined'), { code: 'internal', message: 'TypeError: x is undefined' }],
    ['what is no error', 'text', { code: 'internal', message: 'text' }],
    ['nothing', undefined, { code: 'internal', message: 'undefined' }],
  ])('%s', (_case, thrown, fault) => {
    expect(toFault(thrown)).toMatchObject(fault);
    expect(structuredClone(toFault(thrown))).toEqual(toFault(thrown));
  });

  it('has the name of the file that was at work, unless it names another', () => {
    expect(toFault(new TarError('number', 0, 'x'), 'a.tar').fileName).toBe('a.tar');
    expect(toFault(new WorkerError('gone', 'x', { fileName: 'b.tar' }), 'a.tar').fileName).toBe('b.tar');
  });
});
