import { describe, expect, it } from 'vitest';
import { Screen } from '../../../src/app/terminal/screen.ts';
import { SpokenOutput } from '../../../src/app/terminal/spokenOutput.ts';

const encode = (text: string) => new TextEncoder().encode(text);

/** What is said after each piece of output. */
function said(rows: number, ...pieces: string[]): string[] {
  const screen = new Screen(40, rows);
  const spoken = new SpokenOutput(screen);
  return pieces.map((piece) => {
    screen.write(encode(piece));
    return spoken.take();
  });
}

describe('TERM-3 what came is said once', () => {
  it.each([
    ['what is typed on the line is not repeated', ['$ l', 's'], ['', '']],
    ['the lines of a command, and the prompt', ['$ ls', '\r\na  b\r\nc\r\n$ '], ['', 'a  b\nc\n$']],
    ['also those that scrolled off', ['$ x', '\r\n1\r\n2\r\n3\r\n4\r\n5\r\n$ '], ['', '1\n2\n3\n4\n5\n$']],
    ['each once', ['1\r\n2\r\n', '3\r\n', ''], ['1\n2', '3', '']],
    ['in an editor, the line of the cursor', ['\x1b[?1049h\x1b[Hone\r\ntwo\x1b[H', '\x1b[2;1H'], ['one', 'two']],
    ['and the prompt behind it', ['$ vi\r\n\x1b[?1049hx', '\x1b[?1049l$ '], ['x', '$']],
  ])('%s', (_name, pieces, expected) => {
    expect(said(4, ...pieces)).toEqual(expected);
  });

  it('of much, the end', () => {
    const lines = Array.from({ length: 500 }, (_, i) => String(i));
    expect(said(4, '$ ', `\r\n${lines.join('\r\n')}\r\n$ `)[1]?.split('\n')).toEqual([...lines.slice(-19), '$']);
  });
});
