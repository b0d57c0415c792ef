import type { Completion, CompletionContext, CompletionResult, CompletionSource } from '@codemirror/autocomplete';
import { flagsOf, SWITCHES } from './dockerfileFlags.ts';
import { flagHelp, instructionHelp } from './dockerfileHelp.ts';
import { INSTRUCTIONS } from './dockerfileLanguage.ts';
import { instructionAt } from './instructionAt.ts';

/** What the words of this Dockerfile may be, as far as they are known outside of it. */
export interface Words {
  readonly images: readonly string[];
  /** Of the context, relative; directories with a slash at their end. */
  readonly paths: readonly string[];
  readonly stages: readonly string[];
  readonly variables: readonly string[];
}

const MAX_OPTIONS = 300;

/** Completes keywords, flags and their values, images, stages, variables and paths of the context. */
export function dockerfileCompletion(words: () => Words): CompletionSource {
  return (context) => complete(context, words());
}

function complete(context: CompletionContext, words: Words): CompletionResult | null {
  const place = instructionAt(context.state.doc, context.pos);
  if (!place) return null;
  const { keyword, before } = place;
  const typed = context.matchBefore(/[^\s"'[\],]*/);
  const from = typed?.from ?? context.pos;
  const word = typed?.text ?? '';
  if (!context.explicit && word === '' && keyword === '') return null;
  const variable = /\$\{?(\w*)$/.exec(word);
  if (variable) {
    const start = context.pos - (variable[1]?.length ?? 0);
    return result(
      start,
      words.variables.map((label) => ({ label, type: 'variable' })),
    );
  }
  const nested = keyword === 'ONBUILD' && /^\S+\s+\S*$/.test(before);
  if (keyword === '' || nested) return result(from, keywords());
  if (word.startsWith('--from=') || word.startsWith('from=')) return sources(from + word.indexOf('=') + 1, words);
  if (word.startsWith('--')) return result(from, flags(keyword));
  if (!context.explicit && word === '') return null;
  if (keyword === 'FROM') return / as\s+\S*$/i.test(before) ? null : sources(from, words);
  if (keyword === 'COPY' || keyword === 'ADD') return paths(from, before, words);
  return null;
}

/** What is copied comes from the context; where it goes does not. */
function paths(from: number, before: string, { paths: known }: Words): CompletionResult | null {
  const isFirst = /^\S+(?:\s+--\S+)*\s+\S*$/.test(before);
  if (/\s--from=/.test(before) || !isFirst || /\s\.{1,2}$/.test(before)) return null;
  return result(
    from,
    known.map((label) => ({ label, type: 'file' })),
  );
}

function keywords(): readonly Completion[] {
  return INSTRUCTIONS.map((label) => {
    const help = instructionHelp(label);
    return { label, type: 'keyword', ...(help && { detail: help.form.slice(label.length), info: help.text }) };
  });
}

function flags(keyword: string): readonly Completion[] {
  return flagsOf(keyword).map((name) => {
    const help = flagHelp(keyword, name);
    return { label: `--${name}${SWITCHES.has(name) ? '' : '='}`, type: 'property', ...(help && { info: help.text }) };
  });
}

function sources(from: number, { stages, images }: Words): CompletionResult {
  return result(from, [
    ...stages.map((label): Completion => ({ label, type: 'class', boost: 10 })),
    ...images.map((label): Completion => ({ label, type: 'text' })),
  ]);
}

function result(from: number, options: readonly Completion[]): CompletionResult {
  return { from, options: options.slice(0, MAX_OPTIONS), validFor: /^[\w./:@-]*$/ };
}
