import { atLines } from '../buildError.ts';
import { VariableMap } from '../expand/environment.ts';
import { expandWord, type LexOptions, tryExpandWord } from '../expand/lexer.ts';
import type { Instruction, Stage } from '../instructions/instruction.ts';
import { isReference } from '../../image/reference.ts';
import type { Linter } from '../lint/linter.ts';
import type { Budget } from './budget.ts';
import { type BuildPlatform, formatPlatform, formatPlatformFull } from './platform.ts';

export type BuildArgs = ReadonlyMap<string, string>;

/** The arguments that every build has; those given with `--build-arg` win. */
export function predefinedArguments(
  build: BuildPlatform,
  target: BuildPlatform,
  targetStage: string,
  given: BuildArgs,
): VariableMap {
  const values: readonly (readonly [string, string])[] = [
    ['BUILDPLATFORM', formatPlatform(build)],
    ['BUILDOS', build.os],
    ['BUILDOSVERSION', build.osVersion],
    ['BUILDARCH', build.architecture],
    ['BUILDVARIANT', build.variant],
    ['TARGETPLATFORM', formatPlatformFull(target)],
    ['TARGETOS', target.os],
    ['TARGETOSVERSION', target.osVersion],
    ['TARGETARCH', target.architecture],
    ['TARGETVARIANT', target.variant],
    ['TARGETSTAGE', targetStage === '' ? 'default' : targetStage],
  ];
  return new VariableMap(values.map(([name, value]) => [name, given.get(name) ?? value] as const));
}

export interface GlobalArguments {
  readonly values: VariableMap;
  /** Every argument that is declared before the first FROM, with a value or without. */
  readonly declared: ReadonlySet<string>;
}

/** Works out the ARGs before the first FROM, in their order. Throws BuildError. */
export function globalArguments(
  predefined: VariableMap,
  instructions: readonly Instruction[],
  given: BuildArgs,
  lex: LexOptions,
  budget: Budget,
): GlobalArguments {
  const values = predefined.copy();
  const declared = new Set<string>();
  for (const { body, node } of instructions) {
    if (body.kind !== 'ARG') continue;
    for (const { key, value } of body.args) {
      declared.add(key);
      try {
        const result = given.get(key) ?? (value === undefined ? undefined : defaultOf(value, values, lex));
        if (result === undefined) continue;
        budget.spend(result.length);
        values.set(key, result);
      } catch (error) {
        throw atLines(error, node);
      }
    }
  }
  return { values, declared };
}

/** What cannot be expanded stood for nothing in 0.8. */
function defaultOf(value: string, values: VariableMap, lex: LexOptions): string {
  const { text, error } = tryExpandWord(value, values, lex);
  if (error && !lex.colonOnly) throw error;
  return error ? '' : text;
}

/** Base images should be valid names also when no `--build-arg` is given. */
export function checkDefaultBases(
  stages: readonly Stage[],
  defaults: VariableMap,
  lex: LexOptions,
  linter: Linter,
): void {
  for (const { base, node } of stages) {
    let name: string;
    try {
      name = expandWord(base, defaults, lex).text;
    } catch {
      return;
    }
    if (!isReference(name)) linter.report('InvalidDefaultArgInFrom', node, base);
  }
}
