// Colours for Dockerfiles. What is right or wrong in them is the parser's to say, in the worker; this only tells words
// apart, line by line, as they are typed.
import { type StreamParser, type StringStream, StreamLanguage } from '@codemirror/language';
import { tags } from '@lezer/highlight';

export const INSTRUCTIONS = [
  'ADD',
  'ARG',
  'CMD',
  'COPY',
  'ENTRYPOINT',
  'ENV',
  'EXPOSE',
  'FROM',
  'HEALTHCHECK',
  'LABEL',
  'MAINTAINER',
  'ONBUILD',
  'RUN',
  'SHELL',
  'STOPSIGNAL',
  'USER',
  'VOLUME',
  'WORKDIR',
] as const;
export type InstructionName = (typeof INSTRUCTIONS)[number];

const KNOWN: ReadonlySet<string> = new Set(INSTRUCTIONS);

interface State {
  /** Of the instruction that goes on from the line before; empty at a line that begins one. */
  instruction: string;
  /** The keyword of an ONBUILD is still to come, or flags may come. */
  place: 'keyword' | 'flags' | 'words';
  escape: string;
  /** Directives may still come. */
  isTop: boolean;
  /** Names of here-documents whose text comes next. */
  heredocs: string[];
  /** Of the line: here-documents that it announces. */
  announced: string[];
  endsInEscape: boolean;
}

const parser: StreamParser<State> = {
  name: 'dockerfile',
  startState: () => ({
    instruction: '',
    place: 'keyword',
    escape: '\\',
    isTop: true,
    heredocs: [],
    announced: [],
    endsInEscape: false,
  }),
  copyState: (state) => ({ ...state, heredocs: [...state.heredocs], announced: [...state.announced] }),
  token: (stream, state) => {
    if (stream.sol()) startLine(stream, state);
    if (state.heredocs.length > 0) return heredocLine(stream, state);
    const style = token(stream, state);
    if (stream.eol()) endLine(state);
    return style;
  },
  blankLine: (state) => {
    state.isTop = false;
  },
  languageData: { commentTokens: { line: '#' }, closeBrackets: { brackets: ['(', '[', '{', '"', "'"] } },
  tokenTable: { flag: tags.attributeName, stage: tags.labelName, variable: tags.special(tags.variableName) },
};

export const dockerfileLanguage = StreamLanguage.define(parser);

function startLine(_: StringStream, state: State): void {
  if (!state.endsInEscape) {
    state.instruction = '';
    state.place = 'keyword';
  }
}

function endLine(state: State): void {
  state.heredocs = state.announced;
  state.announced = [];
}

function heredocLine(stream: StringStream, state: State): string {
  const line = stream.string.trim();
  stream.skipToEnd();
  if (line !== state.heredocs[0]) return 'string';
  state.heredocs = state.heredocs.slice(1);
  return 'keyword';
}

function token(stream: StringStream, state: State): string | null {
  if (stream.eatSpace()) return null;
  if (stream.string.slice(0, stream.pos).trim() === '' && stream.peek() === '#') return comment(stream, state);
  state.isTop = false;
  state.endsInEscape = false;
  if (stream.peek() === state.escape && /^.\s*$/.test(stream.string.slice(stream.pos))) {
    stream.skipToEnd();
    state.endsInEscape = true;
    return 'operator';
  }
  if (state.place === 'keyword') return keyword(stream, state);
  if (state.place === 'flags' && stream.match(/^--[\w-]+/)) return 'flag';
  if (!/^\s/.test(stream.string.slice(stream.pos)) && stream.peek() !== '=') state.place = 'words';
  return word(stream, state);
}

function comment(stream: StringStream, state: State): string {
  const directive = state.isTop && /^#\s*(syntax|escape|check)\s*=\s*(\S+)/i.exec(stream.string.trimStart());
  stream.skipToEnd();
  if (!directive) return 'comment';
  if (directive[1]?.toLowerCase() === 'escape' && directive[2] === '`') state.escape = '`';
  return 'meta';
}

function keyword(stream: StringStream, state: State): string {
  stream.match(/^[^\s\\`]+/) || stream.next();
  const name = stream.current().toUpperCase();
  state.instruction = name;
  // ONBUILD is followed by another.
  state.place = name === 'ONBUILD' ? 'keyword' : 'flags';
  return KNOWN.has(name) ? 'keyword' : 'invalid';
}

const HEREDOC = /^<<-?(["']?)([^\s"'<>|&;]+)\1/;

function word(stream: StringStream, state: State): string | null {
  const heredoc = ['RUN', 'COPY', 'ADD'].includes(state.instruction) && stream.match(HEREDOC);
  if (heredoc && heredoc !== true) {
    state.announced.push(heredoc[2] ?? '');
    return 'keyword';
  }
  if (stream.match(/^"(?:[^"\\]|\\.)*"?/) || stream.match(/^'[^']*'?/)) return 'string';
  if (stream.match(/^\$\{[^}]*\}?/) || stream.match(/^\$\w+/)) return 'variable';
  if (state.instruction === 'FROM' && stream.match(/^as(?=\s)/i)) return 'keyword';
  if (stream.match(/^\d+(?:\.\d+)*(?=\s|$|\/)/)) return 'number';
  if (stream.match(/^(?:&&|\|\||[|;=[\],])/)) return 'operator';
  stream.match(/^[^\s"'$\\`&|;=[\],<]+/) || stream.next();
  return state.instruction === 'FROM' ? 'stage' : null;
}
