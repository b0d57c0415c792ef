// What each instruction means: its flags and arguments as typed values, its errors in BuildKit's words
// (frontend/dockerfile/instructions).
import { BuildError } from '../buildError.ts';
import { trimSpace } from '../go/space.ts';
import { INSTRUCTION_NAMES } from '../parse/lineParsers.ts';
import type { SyntaxNode } from '../parse/syntaxNode.ts';
import { suggestion } from '../suggest.ts';
import { commandLine } from './commandLine.ts';
import { readAdd, readCopy } from './copyPaths.ts';
import { description } from './description.ts';
import { readFlags } from './flags.ts';
import { readHealthCheck } from './health.ts';
import type { BuildArgument, Instruction, InstructionBody, KeyValue } from './instruction.ts';
import { readRun } from './run.ts';

type Reader = (node: SyntaxNode) => InstructionBody;

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['add', readAdd],
  ['arg', (node) => ({ kind: 'ARG', args: buildArguments(node) })],
  ['cmd', command('CMD')],
  ['copy', readCopy],
  ['entrypoint', command('ENTRYPOINT')],
  ['env', (node) => ({ kind: 'ENV', pairs: pairs(node, 'ENV') })],
  ['expose', (node) => ({ kind: 'EXPOSE', ports: [...atLeastOne(node, 'EXPOSE')].sort() })],
  ['healthcheck', (node) => ({ kind: 'HEALTHCHECK', health: readHealthCheck(node) })],
  ['label', (node) => ({ kind: 'LABEL', pairs: pairs(node, 'LABEL') })],
  ['maintainer', (node) => ({ kind: 'MAINTAINER', maintainer: exactlyOne(node, 'MAINTAINER') })],
  ['onbuild', (node) => ({ kind: 'ONBUILD', expression: trigger(node) })],
  ['run', readRun],
  ['shell', (node) => ({ kind: 'SHELL', shell: shell(node) })],
  // Flags of STOPSIGNAL and ARG are not looked at, there as here.
  ['stopsignal', (node) => ({ kind: 'STOPSIGNAL', signal: exactlyOne({ ...node, flags: [] }, 'STOPSIGNAL') })],
  ['user', (node) => ({ kind: 'USER', user: exactlyOne(node, 'USER') })],
  ['volume', (node) => ({ kind: 'VOLUME', volumes: volumes(node) })],
  ['workdir', (node) => ({ kind: 'WORKDIR', path: exactlyOne(node, 'WORKDIR') })],
]);

/** Reads an instruction other than FROM. Throws BuildError without a line: the caller knows it. */
export function readInstruction(node: SyntaxNode): Instruction {
  const reader = READERS.get(node.keyword.toLowerCase());
  if (!reader) throw unknownInstruction(node.keyword);
  return { name: node.keyword, source: trimSpace(node.original), node, body: reader(node) };
}

function unknownInstruction(keyword: string): BuildError {
  const names = INSTRUCTION_NAMES.map((name) => name.toUpperCase());
  const hint = suggestion(keyword, names, { ignoreCase: true });
  return new BuildError('unknownInstruction', `unknown instruction: ${keyword}${hint}`);
}

function command(kind: 'CMD' | 'ENTRYPOINT'): Reader {
  return (node) => {
    readFlags(node.flags, {});
    return { kind, command: commandLine(node) };
  };
}

function pairs(node: SyntaxNode, name: string): KeyValue[] {
  readFlags(node.flags, {});
  if (node.args.length === 0) throw atLeast(name);
  const out: KeyValue[] = [];
  for (let at = 0; at + 2 < node.args.length; at += 3) {
    const [key, value, delimiter] = node.args.slice(at, at + 3) as [string, string, string];
    if (key === '') throw new BuildError('instruction', `${name} names can not be blank`);
    out.push({ key, value, legacy: delimiter === '' });
  }
  return out;
}

function buildArguments(node: SyntaxNode): BuildArgument[] {
  if (node.args.length === 0) throw atLeast('ARG');
  return node.args.map((word) => {
    const at = word.indexOf('=');
    if (at === 0) throw new BuildError('instruction', 'ARG names can not be blank');
    const key = at < 0 ? word : word.slice(0, at);
    return { key, value: at < 0 ? undefined : word.slice(at + 1), description: description(node.comments, key) };
  });
}

function exactlyOne(node: SyntaxNode, name: string): string {
  if (node.args.length !== 1) throw new BuildError('instruction', `${name} requires exactly one argument`);
  readFlags(node.flags, {});
  return node.args[0] as string;
}

function atLeastOne(node: SyntaxNode, name: string): readonly string[] {
  if (node.args.length === 0) throw atLeast(name);
  readFlags(node.flags, {});
  return node.args;
}

function volumes(node: SyntaxNode): string[] {
  return atLeastOne(node, 'VOLUME').map((volume) => {
    const path = trimSpace(volume);
    if (path === '') throw new BuildError('instruction', 'VOLUME specified can not be an empty string');
    return path;
  });
}

function shell(node: SyntaxNode): readonly string[] {
  readFlags(node.flags, {});
  const { args, shell: isText } = commandLine(node);
  if (args.length === 0) throw atLeast('SHELL');
  if (isText) throw new BuildError('instruction', 'SHELL requires the arguments to be in JSON form');
  return args;
}

// The text that is kept in the image's config: the line after ONBUILD, with its here-documents.
function trigger(node: SyntaxNode): string {
  const [first] = node.args;
  if (first === undefined) throw atLeast('ONBUILD');
  readFlags(node.flags, {});
  const name = trimSpace(first).toUpperCase();
  if (name === 'ONBUILD') throw new BuildError('instruction', "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed");
  if (name === 'MAINTAINER' || name === 'FROM') {
    throw new BuildError('instruction', `${name} isn't allowed as an ONBUILD trigger`);
  }
  const line = node.original.replace(/^[\t\n\f\r ]*ONBUILD[\t\n\f\r ]*/i, '');
  return [line, ...node.heredocs.map((heredoc) => heredoc.content + heredoc.name)].join('\n');
}

function atLeast(name: string): BuildError {
  return new BuildError('instruction', `${name} requires at least one argument`);
}
