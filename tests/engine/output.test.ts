import { describe, expect, it } from 'vitest';
import { decodeName, encodeName } from '../../src/bytes/byteName.ts';
import { DetachKeys, parseDetachKeys } from '../../src/engine/detachKeys.ts';
import { LineSplitter, OutputLog } from '../../src/engine/outputLog.ts';
import { ProcessOutput } from '../../src/engine/processOutput.ts';
import { VirtualClock } from '../../src/shell/kernel/clock.ts';

const AT = { sec: 1, nsec: 0 };

describe('output of containers', () => {
  it('ENG-4 lines are put together from pieces of either stream', () => {
    const splitter = new LineSplitter();
    const add = (stream: 'stdout' | 'stderr', text: string) =>
      splitter.add({ stream, at: AT, bytes: encodeName(text) }).map(({ bytes }) => decodeName(bytes));
    expect(add('stdout', 'a')).toEqual([]);
    expect(add('stderr', 'x\ny')).toEqual(['x\n']);
    expect(add('stdout', 'b\nc\nd')).toEqual(['ab\n', 'c\n']);
    expect(
      splitter
        .finish()
        .map(({ bytes }) => decodeName(bytes))
        .sort(),
    ).toEqual(['d', 'y']);
  });

  it('ENG-4 a log is bounded however small its pieces are, and drops the oldest', () => {
    const log = new OutputLog();
    for (let i = 0; i < 250_000; i++) log.add({ stream: 'stdout', at: AT, bytes: encodeName(String(i)) });
    const { chunks, next } = log.since(0);
    expect(chunks.length).toBeLessThanOrEqual(200_000);
    expect(decodeName(chunks.at(-1)?.bytes ?? new Uint8Array())).toBe('249999');
    expect(log.since(next).chunks).toEqual([]);
    expect(log.freeze()).toBe(log.freeze());
  });

  it('ENG-4 a writer waits for a reader that does not read, and goes on when it leaves', async () => {
    const output = new ProcessOutput(new VirtualClock(0), undefined);
    const writer = output.writer('stdout');
    const reader = output.attach();
    const waiting = writer.write(new Uint8Array(100_000));
    expect(waiting).toBeInstanceOf(Promise);
    reader.leave();
    await waiting;
    expect(writer.write(new Uint8Array(100_000))).toBeUndefined();
    writer.close();
    expect(output.isClosed).toBe(true);
  });

  it.each([
    [undefined, 'ab\x10\x11c', 'ab', true],
    [undefined, 'a\x10b', 'a\x10b', false],
    [undefined, '\x10\x10\x11', '\x10', true],
    ['', '\x10\x11', '\x10\x11', false],
    ['ctrl-@,x', '\0x', '', true],
  ])('ENG-4 detach keys %s in %j', (keys, typed, passed, isComplete) => {
    const filter = new DetachKeys(parseDetachKeys(keys));
    let text = '';
    let found = false;
    for (const character of typed) {
      const result = filter.filter(encodeName(character));
      text += decodeName(result.passed);
      if (result.isComplete) {
        found = true;
        break;
      }
    }
    expect([text, found]).toEqual([passed, isComplete]);
  });

  it('ENG-2 refuses what is no key', () => {
    expect(() => parseDetachKeys('ctrl-1')).toThrow('Invalid detach keys (ctrl-1) provided');
  });
});
