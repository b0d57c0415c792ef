import type { Dialect } from '../state/dialect.ts';
import type { Assignment, List, Node, Part, Redirect, Script, SyntaxFault, Word } from './tree.ts';

const known = new WeakMap<Script, Map<Dialect, SyntaxFault | undefined>>();

/** The first thing in a text that the parser takes, being bash's, and dash or busybox's ash do not. */
export function refusedBy(script: Script, dialect: Dialect): SyntaxFault | undefined {
  if (dialect === 'bash') return undefined;
  let faults = known.get(script);
  if (!faults) {
    faults = new Map();
    known.set(script, faults);
  }
  if (!faults.has(dialect)) faults.set(dialect, findRefused(script, dialect));
  return faults.get(dialect);
}

function findRefused(script: Script, dialect: Dialect): SyntaxFault | undefined {
  for (const statement of script.statements) {
    const words = ofNode(statement.node, dialect);
    if (words === undefined) continue;
    let line = 1;
    for (let at = script.text.indexOf('\n'); at >= 0 && at < statement.pos; at = script.text.indexOf('\n', at + 1))
      line++;
    return {
      kind: 'words',
      token: words,
      line,
      lineText: '',
      pos: statement.pos,
      breaksLast: false,
      expected: undefined,
      isIncomplete: false,
    };
  }
  return undefined;
}

function unexpected(token: string, dialect: Dialect): string {
  return dialect === 'dash' ? `${token} unexpected` : `unexpected ${token}`;
}

function first<T>(items: readonly T[], find: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

function ofList(list: List, dialect: Dialect): string | undefined {
  return first(list, ({ node }) => ofNode(node, dialect));
}

function ofNode(node: Node, dialect: Dialect): string | undefined {
  switch (node.kind) {
    case 'simple':
      return (
        first(node.assignments, (assignment) => ofAssignment(assignment, dialect)) ??
        first(node.words, (word) => ('kind' in word ? ofAssignment(word, dialect) : ofWord(word, dialect))) ??
        first(node.redirects, (redirect) => ofRedirect(redirect, dialect))
      );
    case 'pipeline':
      return (
        first(node.stages, (stage) => ofNode(stage, dialect)) ??
        (node.sendsErrors.includes(true) ? unexpected('"&"', dialect) : undefined)
      );
    case 'andOr':
      return ofNode(node.first, dialect) ?? first(node.rest, (one) => ofNode(one.node, dialect));
    case 'if':
      return (
        first(node.branches, (one) => ofList(one.condition, dialect) ?? ofList(one.body, dialect)) ??
        ofList(node.otherwise ?? [], dialect)
      );
    case 'for':
      return ofList(node.body, dialect);
    case 'arithmeticFor':
      return dialect === 'dash' ? 'Bad for loop variable' : 'bad for loop variable';
    case 'select':
      return unexpected('"do"', dialect);
    case 'while':
      return ofList(node.condition, dialect) ?? ofList(node.body, dialect);
    case 'case':
      return first(node.items, (item) => ofList(item.body, dialect));
    case 'group':
    case 'subshell':
      return ofList(node.body, dialect);
    case 'function':
      if (dialect === 'dash' && /^function\s/.test(node.text))
        return unexpected(/^function\s+\S+\s*\(/.test(node.text) ? '"("' : '"}"', dialect);
      return ofNode(node.body, dialect);
    case 'redirected':
      return ofNode(node.node, dialect) ?? first(node.redirects, (redirect) => ofRedirect(redirect, dialect));
    default:
      return undefined;
  }
}

function ofAssignment(assignment: Assignment, dialect: Dialect): string | undefined {
  return Array.isArray(assignment.value) ? unexpected('"("', dialect) : undefined;
}

function ofRedirect(redirect: Redirect, dialect: Dialect): string | undefined {
  return redirect.kind === 'text' && redirect.word ? unexpected('redirection', dialect) : undefined;
}

function ofWord(word: Word, dialect: Dialect): string | undefined {
  const isProcess = (part: Part): boolean => part.kind === 'process';
  return dialect === 'dash' && word.parts.some(isProcess) ? unexpected('"("', dialect) : undefined;
}
