import { BuildError } from '../../../build/buildError.ts';
import type { Stages } from '../../../build/instructions/readStages.ts';
import { readStages } from '../../../build/instructions/readStages.ts';
import { Linter } from '../../../build/lint/linter.ts';
import { dumpDockerfile } from '../../../build/parse/dump.ts';
import { parseDockerfile } from '../../../build/parse/parseDockerfile.ts';
import type { ParsedDockerfile, SyntaxNode } from '../../../build/parse/syntaxNode.ts';
import { attempt, difference, firstDifference } from './judge.ts';

interface RecordedNode {
  readonly value: string;
  readonly original?: string;
  readonly flags?: readonly string[];
  readonly args?: readonly (string | { readonly children: readonly RecordedNode[] })[];
  readonly attributes?: { readonly json?: boolean };
  readonly startLine?: number;
  readonly endLine?: number;
  readonly prevComment?: readonly string[];
  readonly heredocs?: readonly object[];
}

interface CorpusRow {
  readonly dockerfile: string;
  readonly expect: {
    readonly ast?: readonly RecordedNode[];
    readonly dump?: string;
    readonly escapeToken?: string;
    readonly warnings?: readonly string[];
    readonly parseError?: string;
    readonly instructionError?: string;
    readonly stageList?: readonly object[] | null;
    readonly commandNames?: readonly string[] | null;
    readonly metaArgs?: readonly { readonly Args: readonly object[] }[] | null;
    readonly lint?: readonly object[];
  };
}

export function judgeCorpus({ dockerfile, expect }: CorpusRow): string | undefined {
  const parsed = attempt(() => parseDockerfile(dockerfile));
  if (expect.parseError !== undefined || !parsed.value) {
    return difference('parse error', expect.parseError, parsed.error);
  }
  return firstDifference(
    difference('tree', expect.dump, dumpDockerfile(parsed.value)),
    difference('escape', expect.escapeToken, parsed.value.escape),
    difference(
      'nodes',
      expect.ast?.map(recordedNode),
      parsed.value.nodes.map((node) => ourNode(node)),
    ),
    difference(
      'warnings',
      expect.warnings ?? [],
      parsed.value.warnings.map((warning) => warning.message),
    ),
    judgeInstructions(expect, parsed.value),
  );
}

function judgeInstructions(expect: CorpusRow['expect'], parsed: ParsedDockerfile) {
  // The recorded findings are of the rules as they stand, whatever the file's check directive asks for.
  const linter = new Linter();
  const read = attempt(() => readStages(parsed.nodes, linter));
  const lint = linter.findings.map(({ rule, message, lines }) => ({
    Rule: rule.name,
    Description: rule.description,
    URL: rule.url,
    Message: message,
    Line: lines.startLine,
  }));
  return firstDifference(
    sameMessage('instruction error', expect.instructionError, read.error),
    difference('lint', expect.lint ?? [], lint),
    read.value && judgeStages(expect, read.value),
  );
}

function judgeStages(expect: CorpusRow['expect'], { stages, globalArguments }: Stages): string | undefined {
  const names = stages.flatMap((stage) => stage.instructions.map((instruction) => instruction.name));
  const args = globalArguments.map(({ body }) => (body.kind === 'ARG' ? body.args : []));
  return firstDifference(
    difference(
      'stages',
      expect.stageList ?? [],
      stages.map(({ base, name, platform }) => ({ base, name, platform })),
    ),
    difference('instructions', expect.commandNames ?? [], names),
    difference(
      'global arguments',
      expect.metaArgs?.map((arg) => arg.Args) ?? [],
      args.map((list) =>
        list.map(({ key, value, description }) => ({ Key: key, Value: value ?? null, DocComment: description })),
      ),
    ),
  );
}

/** Among words that are equally near, the real program suggests any one: only that it suggests one is compared. */
export function sameMessage(what: string, recorded: string | undefined, ours: string | undefined): string | undefined {
  const plain = (message: string | undefined) => message?.replace(/\(did you mean [^()]*\?\)/, '(did you mean …?)');
  return difference(what, plain(recorded), plain(ours));
}

function recordedNode(node: RecordedNode): object {
  const [first] = node.args ?? [];
  const child = typeof first === 'object' ? first.children[0] : undefined;
  return {
    value: node.value,
    original: node.original ?? '',
    flags: node.flags ?? [],
    args: child ? [] : (node.args ?? []),
    json: node.attributes?.json ?? false,
    startLine: node.startLine,
    endLine: node.endLine,
    comments: node.prevComment ?? [],
    heredocs: node.heredocs ?? [],
    trigger: child ? { ...recordedNode(child), ...NOT_RECORDED } : null,
  };
}

/** What is not recorded of an instruction behind ONBUILD. */
const NOT_RECORDED = { original: '', startLine: 0, endLine: 0 };

function ourNode(node: SyntaxNode): object {
  const { keyword, original, flags, args, json, startLine, endLine, comments, trigger } = node;
  return {
    value: keyword,
    original,
    flags,
    args: trigger ? [] : args,
    json,
    startLine,
    endLine,
    comments,
    heredocs: node.heredocs.map(({ name, fileDescriptor, expand, chomp, content }) => ({
      name,
      fd: fileDescriptor,
      expand,
      chomp,
      content,
    })),
    trigger: trigger ? { ...ourNode(trigger), ...NOT_RECORDED } : null,
  };
}

/** A folder of the parser's own tests: a Dockerfile, and the tree it gives unless parsing must fail. */
export function judgeParserFolder(dockerfile: string, result: string | undefined): string | undefined {
  try {
    const dump = dumpDockerfile(parseDockerfile(dockerfile));
    return result === undefined ? 'parses, and must not' : difference('tree', result.trim(), dump.trim());
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    return result === undefined ? undefined : error.message;
  }
}
