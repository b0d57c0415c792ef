import { BuildError, type LineRange } from '../../../build/buildError.ts';
import { parseDockerfile } from '../../../build/parse/parseDockerfile.ts';
import { nodeRange, PositionTable } from '../../../build/parse/positions.ts';
import type { SyntaxNode } from '../../../build/parse/syntaxNode.ts';
import { checkDockerfile } from '../../../build/plan/planBuild.ts';
import type { Diagnostic, DockerfileCheck, OutlineNode } from './buildsProtocol.ts';

/** More would not be read in an editor. */
const MAX_DIAGNOSTICS = 500;
const MAX_NODES = 20_000;
/** Longer texts are not checked while they are typed. */
const MAX_CHECKED_LENGTH = 1 << 20;

/** What is to be told of a Dockerfile in an editor. */
export function checkForEditor(text: string, ignorePatterns: readonly string[]): DockerfileCheck {
  if (text.trim() === '' || text.length > MAX_CHECKED_LENGTH)
    return { diagnostics: [], nodes: undefined, stages: [], variables: [] };
  const offsetOf = rangeFinder(text);
  const { findings, error } = checkDockerfile(text, { allStages: true, ignorePatterns });
  const diagnostics: Diagnostic[] = findings.slice(0, MAX_DIAGNOSTICS).map(({ rule, message, lines }) => ({
    ...offsetOf(lines),
    severity: 'warning',
    message,
    rule: rule.name,
    url: rule.url === '' ? undefined : rule.url,
  }));
  if (error) {
    const [lines] = error.lines;
    // Of a first line that is wrong, BuildKit says 0.
    const place = lines && lines.startLine > 0 ? offsetOf(lines) : { from: 0, to: Math.max(0, text.indexOf('\n')) };
    diagnostics.push({ ...place, severity: 'error', message: error.message, rule: undefined, url: undefined });
  }
  return { diagnostics, ...outlineOf(text) };
}

function outlineOf(text: string): Omit<DockerfileCheck, 'diagnostics'> {
  let nodes: readonly SyntaxNode[];
  try {
    ({ nodes } = parseDockerfile(text));
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    return { nodes: undefined, stages: [], variables: [] };
  }
  const positions = new PositionTable(text);
  const outline = nodes.slice(0, MAX_NODES).map((node): OutlineNode => {
    const { start, end } = nodeRange(node, positions);
    const { startLine, endLine, keyword } = node;
    return { keyword: keyword.toUpperCase(), from: start.offset, to: end.offset, startLine, endLine };
  });
  const stages = nodes
    .filter(({ keyword }) => keyword.toLowerCase() === 'from')
    .map(({ args, startLine }) => ({
      name: args[1]?.toLowerCase() === 'as' ? (args[2]?.toLowerCase() ?? '') : '',
      line: startLine,
    }));
  return { nodes: outline, stages, variables: variablesOf(nodes) };
}

function variablesOf(nodes: readonly SyntaxNode[]): readonly string[] {
  const names = new Set<string>();
  for (const { keyword, args } of nodes) {
    const name = keyword.toLowerCase();
    if (name === 'arg') for (const word of args) names.add(word.replace(/=.*$/s, ''));
    // The parser gives name, value, separator, name, ….
    if (name === 'env') for (let i = 0; i < args.length; i += 3) names.add(args[i] as string);
  }
  return [...names].filter((name) => /^\w+$/.test(name));
}

/** From lines to offsets, without the blanks around. */
function rangeFinder(text: string): (lines: LineRange) => { readonly from: number; readonly to: number } {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return ({ startLine, endLine }) => {
    const start = starts[startLine - 1] ?? text.length;
    const end = (starts[endLine] ?? text.length + 1) - 1;
    const part = text.slice(start, Math.max(start, end));
    const from = start + (part.length - part.trimStart().length);
    return {
      from: Math.min(from, text.length),
      to: Math.min(text.length, Math.max(from, start + part.trimEnd().length)),
    };
  };
}
