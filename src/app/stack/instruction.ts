import type { HistoryRow } from '../../client/protocol.ts';

/** A history entry's `created_by`, as a Dockerfile would say it. */
export interface Instruction {
  /** `RUN`, `COPY`, …; empty when it does not read as an instruction. */
  readonly keyword: string;
  readonly text: string;
}

const KEYWORD =
  /^(ADD|ARG|CMD|COPY|ENTRYPOINT|ENV|EXPOSE|FROM|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|RUN|SHELL|STOPSIGNAL|USER|VOLUME|WORKDIR)\s+/;
/** The classic builder's mark of a step that ran nothing. */
const NO_OPERATION = /^(?:\/bin\/sh -c|cmd \/S \/C)\s+#\(nop\)\s*/;
/** The shell form's shell, with the build arguments that the classic builder puts before it: `|1 A=b /bin/sh -c`. */
const SHELL = /^(?:\|\d+ (?:[^\s=]+=\S*\s+)*)?(?:\/bin\/(?:ba)?sh -e?[ou]*c|cmd \/S \/C)\s+/;
const BUILDKIT_MARK = /\s*# buildkit$/;

/** Reads what the classic builder, BuildKit, buildah and kaniko write. */
export function readInstruction(createdBy: string): Instruction {
  const text = createdBy.replace(BUILDKIT_MARK, '').trim();
  const stepText = text.replace(NO_OPERATION, '');
  if (stepText !== text) return split(stepText) ?? { keyword: '', text: tidy(stepText) };
  const named = split(text);
  if (named) return named.keyword === 'RUN' ? { keyword: 'RUN', text: withoutShell(named.text) } : named;
  const command = text.replace(SHELL, '');
  return command === text ? { keyword: '', text: tidy(text) } : { keyword: 'RUN', text: tidy(command) };
}

function split(text: string): Instruction | undefined {
  const keyword = KEYWORD.exec(text);
  return keyword ? { keyword: keyword[1] as string, text: tidy(text.slice(keyword[0].length)) } : undefined;
}

function withoutShell(text: string): string {
  return tidy(text.replace(SHELL, ''));
}

function tidy(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** The instruction of a layer, by its position in the stack; '' where the history tells none. */
export function layerInstruction(history: readonly HistoryRow[], layer: number): string {
  const { keyword, text } = readInstruction(history.find((row) => row.layer === layer)?.createdBy ?? '');
  return `${keyword} ${text}`.trim();
}
