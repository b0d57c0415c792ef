import { describe, expect, it } from 'vitest';
import { MemorySource } from '../../src/bytes/byteSource.ts';
import type { SourceFile } from '../../src/build/classic/contextFiles.ts';
import { transferSize } from '../../src/docker/build/transferSize.ts';

function file(path: string, text: string, sec = 1): SourceFile {
  const content = new MemorySource(new TextEncoder().encode(text));
  const { sizeBytes } = content;
  const mtime = { sec, nsec: 0 };
  return {
    path,
    kind: 'file',
    mode: 0o644,
    uid: 0,
    gid: 0,
    mtime,
    sizeBytes,
    linkTarget: '',
    content,
    sum: async () => '',
  };
}

describe('BK-1 what goes over of a folder', () => {
  it('is what is new, or what was not sent the last time', () => {
    const engine = {};
    const send = (...files: SourceFile[]) => transferSize(engine, 'context /w', files);
    const [first, again] = [send(file('a', 'text')), send(file('a', 'text'))];
    expect(first - again).toBe('text'.length + 6);
    expect(send(file('a', 'text', 2))).toBe(first);
    expect(send()).toBe(2);
    expect(send(file('a', 'text', 2))).toBe(first);
    expect(transferSize(engine, 'context /other', [file('a', 'text', 2)])).toBe(first);
  });
});
