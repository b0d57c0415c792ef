import { expandWord } from '../expand/lexer.ts';
import type { LexOptions } from '../expand/lexer.ts';
import { BuildError } from '../buildError.ts';
import { healthText } from '../classic/healthText.ts';
import { OLD_EMPTY_PLATFORM } from '../classic/readClassic.ts';
import type { PlannedStep } from '../plan/stageState.ts';
import type { BuildkitVintage } from './buildkitOptions.ts';

/** A step as progress names it: its line with variables filled in, the keyword in capitals. */
export function shownStep({ instruction, surroundings }: PlannedStep, lex: LexOptions): string {
  const { source, body } = instruction;
  const isRun = body.kind === 'RUN';
  let text = source;
  try {
    text = expandWord(source, surroundings.variables, {
      ...lex,
      // What is not set stays as it is written (dispatchRun, RawQuotes, SkipUnsetEnv).
      rawQuotes: isRun,
      keepUnset: isRun,
    }).text;
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
  }
  return text.replace(/^\S+/, (keyword) => keyword.toUpperCase());
}

/** The history line of a step; undefined for none. 0.8 worded some of them otherwise. */
export function historyLine(step: PlannedStep, vintage: BuildkitVintage): string | undefined {
  if (vintage !== '0.8') return step.createdBy;
  const { body } = step.instruction;
  switch (body.kind) {
    case 'ADD':
    case 'COPY':
      return `${[body.kind, ...body.sources, body.destination].join(' ')} # buildkit`;
    case 'EXPOSE':
      return `EXPOSE map[${[...body.ports]
        .sort()
        .map((port) => `${port}:{}`)
        .join(' ')}]`;
    case 'HEALTHCHECK':
      return `HEALTHCHECK ${healthText(body.health)}`;
    default:
      return step.createdBy;
  }
}

/** An error's words as 0.8 had them: newer ones say `on line`, quote, and guess what was meant. */
export function oldBuildkitWords(message: string): string {
  return message
    .replace(/^target stage "(.*?)" could not be found.*$/s, 'target stage $1 could not be found')
    .replace(/^empty platform value from expression .*$/s, `failed to parse platform : ${OLD_EMPTY_PLATFORM}`)
    .replace(/repository name \(\S*\) must be lowercase/, 'repository name must be lowercase')
    .replace('"^[A-Za-z0-9_.-]+$"', '"^[A-Za-z0-9_-]+$"')
    .replace(/invalid port: "[^"]*": /, '')
    .replace(/\binvalid (?=containerPort|hostPort|proto|ranges|signal)/, 'Invalid ')
    .replace(/^dockerfile contains no stages to build$/, 'no build stage in current context');
}
