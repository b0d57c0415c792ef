// biome-ignore-all lint/suspicious/noTemplateCurlyInString: words of a Dockerfile look like that
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BuildError } from '../../src/build/buildError.ts';
import { findDirective } from '../../src/build/parse/directives.ts';
import { dumpDockerfile } from '../../src/build/parse/dump.ts';
import { parseDockerfile } from '../../src/build/parse/parseDockerfile.ts';
import { keywordRange, nodeRange, PositionTable, sourceOffset } from '../../src/build/parse/positions.ts';
import type { SyntaxNode } from '../../src/build/parse/syntaxNode.ts';

describe('BUILD-1 parseDockerfile', () => {
  it.each([
    ['plain', 'FROM a\nRUN b c\n', '(from "a")\n(run "b c")'],
    ['continuation', 'RUN a \\\n  b\n', '(run "a   b")'],
    ['continuation with blanks behind', 'RUN a \\ \t\nb', '(run "a b")'],
    ['comment inside', 'RUN a \\\n# no\n  # nor this\nb', '(run "a b")'],
    ['escape directive', '# escape=`\nRUN a `\nb', '(run "a b")'],
    ['an escaped escape ends no line', 'RUN a\\\\\nUSER b', '(run "a\\\\\\\\")\n(user "b")'],
    ['byte order mark', '\ufeffFROM a', '(from "a")'],
    ['CRLF', 'FROM a\r\nRUN b\r\n', '(from "a")\n(run "b")'],
    ['flags', 'COPY --from=x --chown="a b" c d', '(copy ["--from=x" "--chown=a b"] "c" "d")'],
    ['flags byte by byte', 'COPY --chown=é a b', '(copy ["--chown=Ã©"] "a" "b")'],
    ['-- ends flags', 'COPY --link -- --from=x d', '(copy ["--link"] "--from=x" "d")'],
    ['exec form', 'CMD ["a", "b\\u0041"]', '(cmd "a" "bA")'],
    ['no exec form after all', "CMD ['a']", '(cmd "[\'a\']")'],
    ['ONBUILD', 'ONBUILD ADD a b', '(onbuild (add "a" "b"))'],
    ['unknown', 'FROB x', '(frob "")'],
  ])('%s', (_name, text, dump) => {
    expect(dumpDockerfile(parseDockerfile(text))).toBe(dump);
  });

  it.each([
    ['', 'file with no instructions', 0],
    ['# a\n\n', 'file with no instructions', 2],
    ['# escape=x\nFROM a', "invalid escape token 'x' does not match ` or \\", 0],
    ['# escape=`\n# escape=`\nFROM a', 'only one escape parser directive can be used', 1],
    ['FROM a\nENV x', 'ENV must have two arguments', 2],
    ['FROM a\nENV a=b c', 'Syntax error - can\'t find = in "c". Must be of the form: name=value', 2],
    ['FROM a\nCMD [1]', 'when using JSON array syntax, arrays must be comprised of strings only', 2],
    ['FROM a\nRUN <<E\nx\n', 'unterminated heredoc', 2],
    [`FROM a\nRUN ${'x'.repeat(65536)}\n`, 'dockerfile line greater than max allowed size of 65535', 1],
  ])('refuses %j', (text, message, line) => {
    const fault = faultOf(() => parseDockerfile(text));
    expect([fault.message, fault.lines[0]?.startLine]).toEqual([message, line]);
  });

  it('takes a line of 65535 bytes and its ending', () => {
    const text = `RUN ${'x'.repeat(65531)}\n`;
    expect(parseDockerfile(text).nodes[0]?.args[0]).toHaveLength(65531);
  });

  it.each([
    [
      'RUN <<A cat <<-"B C" 3<<D\n1\nA\n\t2\n\tB C\n3\nD\nUSER x',
      [
        ['A', 0, true, false, '1\n'],
        ['B C', 0, false, true, '\t2\n'],
        ['D', 3, true, false, '3\n'],
      ],
    ],
    ["COPY <<'E' /x\r\na\r\nE\r\n", [['E', 0, false, false, 'a\r\n']]],
    ['ONBUILD RUN << E\nx\nE', [['E', 0, true, false, 'x\n']]],
    ['RUN ["<<E"]', []],
    ['USER <<E', []],
    ['RUN echo "<<E"', []],
  ])('heredocs of %j', (text, expected) => {
    const found = parseDockerfile(text).nodes[0]?.heredocs.map((heredoc) => [
      heredoc.name,
      heredoc.fileDescriptor,
      heredoc.expand,
      heredoc.chomp,
      heredoc.content,
    ]);
    expect(found).toEqual(expected);
  });

  it('keeps comments up to an empty one', () => {
    const nodes = parseDockerfile('# syntax=x\n# a\n#\n# b\n# c d\nFROM a\nRUN b').nodes;
    expect(nodes.map((node) => node.comments)).toEqual([['b', 'c d'], []]);
  });

  it('warns of empty lines in a continuation', () => {
    expect(parseDockerfile('RUN a \\\n\nb\n').warnings).toEqual([
      { message: 'Empty continuation line found in: RUN a b', line: 3 },
    ]);
  });

  it('finds directives as frontends look them up', () => {
    expect(findDirective('#!/usr/bin/x\n# syntax = a/b:1 # c\nFROM x', 'syntax')).toEqual({
      name: 'syntax',
      value: 'a/b:1 # c',
      line: 2,
    });
    expect(findDirective('// syntax=x\n', 'syntax')?.value).toBe('x');
    expect(findDirective('{"syntax": "y"}', 'syntax')?.value).toBe('y');
    expect(findDirective('FROM a\n# syntax=x', 'syntax')).toBeUndefined();
    expect(findDirective('# check=skip=all', 'check')?.value).toBe('skip=all');
  });
});

describe('BUILD-6 places', () => {
  it('tells offsets, lines and columns of a node and its keyword', () => {
    const text = 'FROM a\n  RUN b \\\n# c\n  d <<E\nx\nE\n';
    const [, run] = parseDockerfile(text).nodes as [SyntaxNode, SyntaxNode];
    const positions = new PositionTable(text);
    expect(nodeRange(run, positions)).toEqual({
      start: { offset: 9, line: 2, column: 2 },
      end: { offset: 32, line: 6, column: 1 },
    });
    expect(keywordRange(run, positions).end).toEqual({ offset: 12, line: 2, column: 5 });
    expect(text.slice(sourceOffset(run, run.original.indexOf('d')))).toMatch(/^d <<E/);
  });

  it('every character of a logical line stands where it is said to stand', () => {
    fc.assert(
      fc.property(dockerfiles, (text) => {
        const wrong = nodesOf(text).flatMap((node) =>
          [...node.original].filter((_, at) => text[sourceOffset(node, at)] !== node.original[at]),
        );
        expect(wrong).toEqual([]);
      }),
    );
  });
});

const pieces = fc.constantFrom(
  'FROM',
  'RUN',
  'COPY',
  'ENV',
  'ONBUILD',
  'HEALTHCHECK',
  'arg',
  ' ',
  '\t',
  '\n',
  '\\\n',
  '`\n',
  '# c\n',
  '# escape=`\n',
  '--from=x ',
  '"',
  "'",
  '[',
  ']',
  '["a"]',
  '<<E',
  '<<-"E"',
  '\nE\n',
  'a',
  'é',
  '=',
  '$x',
  '${y:-z}',
  '\\',
  '\r\n',
  '\ufeff',
  '\u0085',
);
const dockerfiles = fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join(''));

describe('BUILD-1 laws', () => {
  it('any text parses or is refused with a line, never otherwise', () => {
    fc.assert(
      fc.property(fc.oneof(dockerfiles, fc.string({ unit: 'binary' })), (text) => {
        try {
          for (const node of parseDockerfile(text).nodes) {
            expect(node.startLine).toBeGreaterThan(0);
            expect(node.endLine).toBeGreaterThanOrEqual(node.startLine);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(BuildError);
          expect((error as BuildError).lines).toHaveLength(1);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('printed and parsed again, instructions keep what they say', () => {
    fc.assert(
      fc.property(dockerfiles, (text) => {
        const nodes = nodesOf(text);
        const printed = printNodes(nodes, text);
        fc.pre(printed !== undefined);
        const again = parseDockerfile(printed as string).nodes;
        expect(again.map(said)).toEqual(nodes.map(said));
      }),
      { numRuns: 500 },
    );
  });
});

describe('BUILD-5 bounds', () => {
  it('a 10 MB Dockerfile of many instructions', () => {
    const text = `FROM a\n${'RUN echo one two three\n'.repeat(450_000)}`;
    expect(parseDockerfile(text).nodes).toHaveLength(450_001);
  });

  it('a heredoc of a million lines', () => {
    const text = `FROM a\nRUN <<E\n${'x\n'.repeat(1_000_000)}E\n`;
    expect(parseDockerfile(text).nodes[1]?.heredocs[0]?.content).toHaveLength(2_000_000);
  });

  it('a continuation of 500,000 lines, and as many empty ones', () => {
    const text = `RUN a${' \\\n b'.repeat(500_000)}`;
    expect(parseDockerfile(text).nodes[0]?.endLine).toBe(500_001);
    expect(parseDockerfile(`RUN a \\\n${'\n'.repeat(500_000)}b`).nodes[0]?.args).toEqual(['a b']);
  });

  it.each([
    ['blanks in a directive', `# check=${' '.repeat(60_000)}x\nFROM a`],
    ['blanks behind a heredoc sign', `FROM a\nRUN <<${' '.repeat(60_000)}<\n`],
    ['nested ONBUILD', `FROM a\n${'ONBUILD '.repeat(8000)}RUN x`],
    ['nested JSON', `FROM a\nRUN ${'['.repeat(60_000)}`],
    ['nested substitutions in a heredoc line', `FROM a\nRUN <<E ${'${a:-'.repeat(10_000)}\nE`],
  ])('%s', (_name, text) => {
    try {
      expect(parseDockerfile(text).nodes.length).toBeGreaterThan(0);
    } catch (error) {
      expect(error).toBeInstanceOf(BuildError);
    }
  });
});

function nodesOf(text: string): readonly SyntaxNode[] {
  try {
    return parseDockerfile(text).nodes;
  } catch {
    return [];
  }
}

/** The instructions a line each, here-documents behind them; undefined where a line cannot be written so, because it
 *  would go on in the next. */
function printNodes(nodes: readonly SyntaxNode[], source: string): string | undefined {
  if (nodes.length === 0) return undefined;
  const { escape: escapeToken } = parseDockerfile(source);
  const lines = nodes.flatMap((node) => [
    node.original.replace(/[ \t\r]+$/, ''),
    ...node.heredocs.map((heredoc) => `${heredoc.content}${heredoc.name}`),
  ]);
  if (nodes.some((node) => node.original.replace(/[ \t\r]+$/, '').endsWith(escapeToken))) return undefined;
  if (nodes.some((node) => /[\r\n]/.test(node.original) || /^[\s#\ufeff]*$/.test(node.original))) return undefined;
  if (nodes.some((node) => /^[\s\ufeff\u0085]*#/.test(node.original) || node.original.startsWith('\ufeff')))
    return undefined;
  return `# escape=${escapeToken}\n${lines.join('\n')}\n`;
}

function said({ keyword, flags, args, json, heredocs }: SyntaxNode): unknown {
  return { keyword, flags, args, json, heredocs };
}

function faultOf(run: () => unknown): BuildError {
  try {
    run();
  } catch (error) {
    if (error instanceof BuildError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
