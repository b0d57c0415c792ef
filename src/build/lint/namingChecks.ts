import type { FromInstruction, Instruction, Stage } from '../instructions/instruction.ts';
import type { SyntaxNode } from '../parse/syntaxNode.ts';
import type { Linter } from './linter.ts';

/** Stage name and `AS` of a FROM, before it is read. */
export function checkFromCasing(node: SyntaxNode, linter: Linter): void {
  const [, as, name] = node.args;
  if (node.args.length === 3 && name !== undefined && name !== name.toLowerCase()) {
    linter.report('StageNameCasing', node, name);
  }
  if (node.args.length < 3 || as === undefined) return;
  const { keyword } = node;
  const isLower = keyword === keyword.toLowerCase();
  if (!isLower && keyword !== keyword.toUpperCase()) return;
  if (as !== (isLower ? as.toLowerCase() : as.toUpperCase())) linter.report('FromAsCasing', node, keyword, as);
}

/** A comment right above a stage or argument should begin with its name. */
export function checkDescription(instruction: string, keys: readonly string[], node: SyntaxNode, linter: Linter): void {
  const comment = node.comments.at(-1);
  const [key] = keys;
  if (comment === undefined || key === undefined) return;
  if (keys.includes(comment.split(' ', 1)[0] as string)) return;
  linter.report('InvalidDefinitionDescription', node, instruction, keys.length > 1 ? '<arg_key>' : key);
}

const RESERVED: ReadonlySet<string> = new Set(['context', 'scratch']);

export function checkStageNames(stages: readonly FromInstruction[], linter: Linter): void {
  const seen = new Set<string>();
  for (const { name, node } of stages) {
    if (name === '') continue;
    if (RESERVED.has(name)) linter.report('ReservedStageName', node, name);
    if (seen.has(name)) linter.report('DuplicateStageName', node, name);
    seen.add(name);
  }
}

/** Keywords should be all upper or all lower case, as most of them are. */
export function checkKeywordCasing(stages: readonly Stage[], linter: Linter): void {
  let lower = 0;
  let upper = 0;
  const keywords = stages.flatMap((stage) => [stage, ...stage.instructions].map(keywordOf));
  for (const { keyword } of keywords) {
    if (keyword === keyword.toLowerCase()) lower++;
    else if (keyword === keyword.toUpperCase()) upper++;
  }
  const casing = lower > upper ? 'lowercase' : 'uppercase';
  for (const { keyword, node } of keywords) {
    const wanted = lower > upper ? keyword.toLowerCase() : keyword.toUpperCase();
    if (keyword !== wanted) linter.report('ConsistentInstructionCasing', node, keyword, casing);
  }
}

function keywordOf(item: Stage | Instruction): { keyword: string; node: SyntaxNode } {
  return { keyword: item.node.keyword, node: item.node };
}

const SECRET = /(?:_|^)(?:apikey|auth|credential|credentials|key|password|pword|passwd|secret|token)(?:_|$)/i;
const HARMLESS = /(?:_|^)(?:public|file|version)(?:_|$)/i;

export function checkSecretName(instruction: string, key: string, node: SyntaxNode, linter: Linter): void {
  if (SECRET.test(key) && !HARMLESS.test(key)) linter.report('SecretsUsedInArgOrEnv', node, instruction, key);
}
