import { describe, expect, it } from 'vitest';
import { ArchiveError } from '../../src/archive/archive.ts';
import { SourceError } from '../../src/bytes/byteSource.ts';
import { CodecError } from '../../src/codec/codecError.ts';
import { CliError } from '../../src/cli/cliError.ts';
import { describeError, safeText } from '../../src/cli/describeError.ts';
import { TarError } from '../../src/tar/tarEntry.ts';

const layerFault = new TarError('checksum', 512, 'header at 512: the checksum is wrong');

describe('CLI-3 describeError names file, layer, offset and fault, each once', () => {
  it.each([
    [new ArchiveError('empty', '', 0, 'app.tar: the file is empty'), 'app.tar: at offset 0: the file is empty'],
    [
      new ArchiveError('malformed', 'manifest.json', 12, 'app.tar: manifest.json: no JSON'),
      'app.tar: manifest.json at offset 12: no JSON',
    ],
    [new ArchiveError('missing', 'a/layer.tar', undefined, 'not there'), 'app.tar: a/layer.tar: not there'],
    [
      new CliError('layer', 'layer 3 (blobs/sha256/ab)', layerFault),
      'app.tar: layer 3 (blobs/sha256/ab): header at 512: the checksum is wrong',
    ],
    [
      new CodecError('checksum', 99, 'the CRC is wrong'),
      'app.tar: at offset 99 of the compressed data: the CRC is wrong',
    ],
    [new SourceError('changed', 7, 'the file was changed'), 'app.tar: at offset 7: the file was changed'],
    [new CliError('usage', '--layer needs a value'), '--layer needs a value'],
    [
      Object.assign(new Error('ENOENT: …'), { code: 'ENOENT', syscall: 'open', path: 'app.tar' }),
      'app.tar: no such file or directory',
    ],
    [
      Object.assign(new Error('EACCES: …'), { code: 'EACCES', syscall: 'open', path: 'out/x' }),
      'app.tar: out/x: permission denied',
    ],
  ])('%s', (error, text) => expect(describeError(error, 'app.tar')).toBe(text));

  it('shows an internal error as such', () => {
    expect(describeError(new TypeError('x is not a function'), 'app.tar')).toMatch(
      /^app\.tar: internal error: TypeError/,
    );
  });

  it('CLI-7 lets nothing steer the terminal', () => {
    expect(safeText('a\u001b[31m\u202eb\udcff\nc')).toBe('a\\x1b[31m\\u{202e}b\\xff\nc');
    const hostile = new ArchiveError('missing', '\u001b]0;x\u0007', undefined, 'gone');
    expect(describeError(hostile, 'app.tar')).not.toContain('\u001b');
  });
});
