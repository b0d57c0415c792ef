import { BuildError, atLines } from '../buildError.ts';
import type { VariableMap } from '../expand/environment.ts';
import { type Expansion, type LexOptions, tryExpandWord } from '../expand/lexer.ts';
import type { Stage } from '../instructions/instruction.ts';
import type { Linter } from '../lint/linter.ts';
import { nearestWords, suggestion } from '../suggest.ts';
import type { GlobalArguments } from './globalArguments.ts';
import { type BuildPlatform, parsePlatform } from './platform.ts';
import { type StageNode, type StageTable, stageNode } from './stageTable.ts';

/** Expands a stage's FROM, finds its base, and puts it on the table. Throws BuildError with the lines. */
export function addStage(
  stage: Stage,
  index: number,
  table: StageTable,
  global: GlobalArguments,
  lex: LexOptions,
  stageLinter: Linter,
): StageNode {
  const { node } = stage;
  const linter = stageLinter.withComments(node.comments);
  try {
    const base = tryExpandWord(stage.base, global.values, lex);
    reportUndeclared(base, stage, global, linter);
    if (base.error) throw base.error;
    if (base.text === '') throw new BuildError('stage', `base name (${stage.base}) should not be blank`);
    const platform = stage.platform === '' ? undefined : stagePlatform(stage, global, lex, linter);
    const added = stageNode(stage, index, base.text, table.baseOf(base.text), platform);
    table.add(added);
    return added;
  } catch (error) {
    throw atLines(error, node);
  }
}

function stagePlatform(stage: Stage, global: GlobalArguments, lex: LexOptions, linter: Linter): BuildPlatform {
  const { node } = stage;
  const expansion = tryExpandWord(stage.platform, global.values, lex);
  reportUndeclared(expansion, stage, global, linter);
  const { matched, unmatched, text, error } = expansion;
  if (matched.size === 1 && unmatched.size === 0 && matched.has('TARGETPLATFORM')) {
    if (text === global.values.get('TARGETPLATFORM')) linter.report('RedundantTargetPlatform', node, stage.platform);
  }
  if (matched.size === 0 && unmatched.size === 0) reportConstant(stage, text, linter);
  if (error) {
    throw new BuildError(error.code, `failed to process arguments for platform : ${error.message}`);
  }
  const hint = hintFor(unmatched, global.values);
  if (text === '') {
    throw new BuildError('platform', `empty platform value from expression ${stage.platform}${hint}`);
  }
  try {
    return parsePlatform(text);
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    throw new BuildError('platform', `failed to parse platform ${stage.platform}: ${error.message}${hint}`);
  }
}

// A constant platform is fine where the stage's name says so.
function reportConstant(stage: Stage, text: string, linter: Linter): void {
  let platform: BuildPlatform;
  try {
    platform = parsePlatform(text);
  } catch {
    return;
  }
  if (stage.name.includes(platform.os) || stage.name.includes(platform.architecture)) return;
  linter.report('FromPlatformFlagConstDisallowed', stage.node, text);
}

function reportUndeclared({ unmatched }: Expansion, { node }: Stage, global: GlobalArguments, linter: Linter): void {
  if (unmatched.size === 0) return;
  const known = new Set([...global.declared, ...global.values.keys()]);
  for (const name of unmatched) {
    if (known.has(name)) continue;
    const [hint = ''] = nearestWords(name, known);
    linter.report('UndefinedArgInFrom', node, name, hint);
  }
}

function hintFor(unmatched: ReadonlySet<string>, values: VariableMap): string {
  for (const name of unmatched) {
    const hint = suggestion(name, values.keys());
    if (hint !== '') return hint;
  }
  return '';
}
