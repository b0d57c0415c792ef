import { CompletionContext } from '@codemirror/autocomplete';
import { EditorState } from '@codemirror/state';
import { describe, expect, it } from 'vitest';
import { dockerfileCompletion, type Words } from '../../../src/app/editor/dockerfileCompletion.ts';
import { FLAGS } from '../../../src/app/editor/dockerfileFlags.ts';
import { dockerfileLanguage, INSTRUCTIONS } from '../../../src/app/editor/dockerfileLanguage.ts';
import { instructionAt } from '../../../src/app/editor/instructionAt.ts';
import { INSTRUCTION_NAMES } from '../../../src/build/parse/lineParsers.ts';
import en from '../../../src/i18n/en/builds.json' with { type: 'json' };
import zh from '../../../src/i18n/zh/builds.json' with { type: 'json' };

const WORDS: Words = {
  images: ['alpine:latest', 'busybox'],
  paths: ['src/', 'src/main.js', 'hello.txt'],
  stages: ['build'],
  variables: ['VERSION'],
};

/** `|` is where the cursor stands. */
async function complete(text: string, explicit = false): Promise<readonly string[] | undefined> {
  const at = text.indexOf('|');
  const state = EditorState.create({ doc: text.replace('|', '') });
  const result = await dockerfileCompletion(() => WORDS)(new CompletionContext(state, at, explicit));
  return result?.options.map(({ label }) => label);
}

describe('BUILDS-3 completion', () => {
  it.each([
    ['FR|', ['FROM', 'RUN', 'ONBUILD']],
    ['ONBUILD CO|', ['COPY']],
    ['COPY --|', ['--from=', '--chown=', '--link']],
    ['COPY --from=b|', ['build', 'busybox']],
    ['FROM al|', ['alpine:latest', 'build']],
    ['COPY h|', ['hello.txt', 'src/']],
    ['COPY --chown=1 s|', ['src/main.js']],
    ['RUN echo \\\n  $V|', ['VERSION']],
    ['RUN echo ${V|', ['VERSION']],
    ['RUN --mount=type=bind,from=b|', ['build']],
  ] as const)('%s', async (text, some) => {
    expect(await complete(text)).toEqual(expect.arrayContaining([...some]));
  });

  it.each(['# FR|', 'COPY a.txt app|', 'COPY .|', 'COPY --from=build /x|', 'FROM x AS n|', 'RUN ech|', '|'])(
    'leaves %s alone',
    async (text) => {
      expect(await complete(text)).toBeUndefined();
    },
  );
});

describe('BUILDS-3 where a position is', () => {
  it.each([
    ['RUN a \\\n  b|', 'RUN'],
    ['RUN a \\\n# note\n  b|', 'RUN'],
    ['RUN a\n# note\nCOP|', ''],
    ['FROM a\ncopy x|', 'COPY'],
  ])('%j', (text, keyword) => {
    const { doc } = EditorState.create({ doc: text.replace('|', '') });
    expect(instructionAt(doc, text.indexOf('|'))?.keyword).toBe(keyword);
  });
});

describe('BUILDS-3 every instruction and flag has its words', () => {
  it('the editor knows the instructions that the parser knows', () => {
    expect([...INSTRUCTIONS].sort()).toEqual(INSTRUCTION_NAMES.map((name) => name.toUpperCase()).sort());
  });

  it.each([
    ['en', en],
    ['zh', zh],
  ])('%s', (_, messages) => {
    for (const name of INSTRUCTIONS) expect(messages).toHaveProperty([`editor.help.${name}`]);
    for (const flag of Object.values(FLAGS).flat()) expect(messages).toHaveProperty([`editor.flag.${flag}`]);
  });
});

describe('BUILDS-3 colours', () => {
  /** The words of a text that are coloured, with their kinds. */
  function colours(text: string): readonly (readonly [string, string])[] {
    const found: [string, string][] = [];
    dockerfileLanguage.parser.parse(text).iterate({
      enter: ({ name, from, to }) => {
        if (name !== 'Document') found.push([text.slice(from, to), name]);
      },
    });
    return found;
  }

  it('tells keywords, flags, strings, variables and comments apart', () => {
    const all = colours('# note\nFROM a AS b\nCOPY --from=b "x y" $Z\nNONSENSE\n');
    const kinds = new Map(all.map(([word, kind]) => [word, kind]));
    expect(kinds.get('# note')).toBe('comment');
    for (const word of ['FROM', 'AS', 'COPY']) expect(kinds.get(word)).toBe('keyword');
    expect(kinds.get('"x y"')).toBe('string');
    expect(kinds.get('NONSENSE')).toBe('invalid');
    expect(kinds.has('--from')).toBe(true);
    expect(kinds.has('$Z')).toBe(true);
  });

  it('a here-document is text up to its end', () => {
    const kinds = colours('RUN <<EOF\nFROM inside\nEOF\nFROM x\n');
    expect(kinds).toContainEqual(['FROM inside', 'string']);
    expect(kinds).toContainEqual(['FROM', 'keyword']);
  });

  it('a line goes on after a continuation, by whatever character', () => {
    expect(colours('RUN a \\\nFROM b\n').filter(([, kind]) => kind === 'keyword')).toEqual([['RUN', 'keyword']]);
    const backtick = colours('# escape=`\nRUN a `\nFROM b\n');
    expect(backtick.filter(([, kind]) => kind === 'keyword')).toEqual([['RUN', 'keyword']]);
  });
});
