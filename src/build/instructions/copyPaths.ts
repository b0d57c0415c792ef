import { BuildError } from '../buildError.ts';
import { chompContent, heredocWord } from '../parse/heredocWord.ts';
import type { SyntaxNode } from '../parse/syntaxNode.ts';
import type { AddInstruction, CopyInstruction, CopyPaths, InlineFile } from './instruction.ts';
import { readFlags } from './flags.ts';

export function readCopy(node: SyntaxNode): CopyInstruction {
  needDestination(node, 'COPY');
  const flags = readFlags(node.flags, {
    chown: 'text',
    from: 'text',
    chmod: 'text',
    link: 'boolean',
    exclude: 'texts',
    parents: 'boolean',
  });
  return {
    kind: 'COPY',
    ...copyPaths(node, 'COPY'),
    from: flags.text('from'),
    chown: flags.text('chown'),
    chmod: flags.text('chmod'),
    link: flags.isTrue('link'),
    parents: flags.isTrue('parents'),
    excludes: flags.texts('exclude'),
  };
}

export function readAdd(node: SyntaxNode): AddInstruction {
  needDestination(node, 'ADD');
  const flags = readFlags(node.flags, {
    chown: 'text',
    chmod: 'text',
    link: 'boolean',
    'keep-git-dir': 'boolean',
    checksum: 'text',
    unpack: 'boolean',
    exclude: 'texts',
  });
  const maybe = (name: string) => (flags.has(name) ? flags.isTrue(name) : undefined);
  return {
    kind: 'ADD',
    ...copyPaths(node, 'ADD'),
    chown: flags.text('chown'),
    chmod: flags.text('chmod'),
    link: flags.isTrue('link'),
    excludes: flags.texts('exclude'),
    checksum: flags.text('checksum'),
    keepGitDir: maybe('keep-git-dir'),
    unpack: maybe('unpack'),
  };
}

function needDestination(node: SyntaxNode, name: string): void {
  if (node.args.length >= 2) return;
  throw new BuildError(
    'instruction',
    `${name} requires at least two arguments, but only one was provided. Destination could not be determined`,
  );
}

function copyPaths(node: SyntaxNode, name: string): CopyPaths {
  const destination = node.args.at(-1) as string;
  if (heredocWord(destination)) {
    throw new BuildError('instruction', `${name} cannot accept a heredoc as a destination`);
  }
  // Two here-documents of one name: the last one counts for both.
  const contents = new Map(node.heredocs.map((heredoc) => [heredoc.name, heredoc.content]));
  const sources: string[] = [];
  const inline: InlineFile[] = [];
  for (const word of node.args.slice(0, -1)) {
    const start = heredocWord(word);
    if (!start) {
      sources.push(word);
      continue;
    }
    const content = contents.get(start.name) ?? '';
    inline.push({ name: start.name, data: start.chomp ? chompContent(content) : content, expand: start.expand });
  }
  return { sources, inline, destination };
}
