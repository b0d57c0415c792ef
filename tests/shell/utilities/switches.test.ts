import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { UNREAD } from './unreadSwitches.ts';

const SOURCES = resolve('src');
const FOLDERS = ['shell/utilities', 'shell/git'];

interface Declared {
  readonly name: string;
  readonly spellings: string;
  /** The parts of its file in which it may be read: all but other programs with tables of their own. */
  readonly scope: readonly ts.Node[];
}

interface Module {
  readonly path: string;
  readonly tables: readonly Declared[];
  readonly imports: readonly string[];
  readonly words: ReadonlySet<string>;
}

/** `{ quiet: '-q --quiet', … }`: every value begins with a dash. */
function isTable(node: ts.Node): node is ts.ObjectLiteralExpression {
  if (!ts.isObjectLiteralExpression(node)) return false;
  const own = node.properties.filter((property) => !ts.isSpreadAssignment(property));
  return own.length > 0 && own.every((property) => spellingsOf(property) !== undefined);
}

function spellingsOf(property: ts.ObjectLiteralElementLike): string | undefined {
  if (!ts.isPropertyAssignment(property) || !ts.isStringLiteralLike(property.initializer)) return undefined;
  return /^--?[^\s-]/.test(property.initializer.text) ? property.initializer.text : undefined;
}

/** Texts, and names of properties that are made or read, outside of tables and types. */
function wordsOf(nodes: readonly ts.Node[]): Set<string> {
  const words = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (isTable(node) || ts.isTypeNode(node) || ts.isTypeAliasDeclaration(node) || ts.isImportDeclaration(node)) return;
    if (ts.isStringLiteralLike(node)) words.add(node.text);
    if (ts.isRegularExpressionLiteral(node)) for (const [word] of node.text.matchAll(/\w+/g)) words.add(word);
    if (ts.isPropertyAssignment(node) && ts.isIdentifier(node.name)) words.add(node.name.text);
    ts.forEachChild(node, visit);
  };
  for (const node of nodes) visit(node);
  return words;
}

function tablesIn(node: ts.Node): ts.ObjectLiteralExpression[] {
  if (isTable(node)) return [node];
  const found: ts.ObjectLiteralExpression[] = [];
  ts.forEachChild(node, (child) => {
    found.push(...tablesIn(child));
  });
  return found;
}

/** A program whose table stands in it. */
function isProgram(statement: ts.Statement): boolean {
  return /\b(utility|call\.options)(<\w+>)?\(/.test(statement.getText()) && tablesIn(statement).length > 0;
}

function readModule(path: string): Module {
  const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const tables = file.statements.flatMap((statement) => {
    const scope = isProgram(statement)
      ? [statement, ...file.statements.filter((other) => !isProgram(other))]
      : [...file.statements];
    return tablesIn(statement).flatMap(({ properties }) =>
      properties.flatMap((property) => {
        const spellings = spellingsOf(property);
        return spellings === undefined ? [] : [{ name: property.name?.getText() ?? '', spellings, scope }];
      }),
    );
  });
  const imports = file.statements
    .filter(ts.isImportDeclaration)
    .map(({ moduleSpecifier }) => join(dirname(path), (moduleSpecifier as ts.StringLiteral).text));
  return { path, tables, imports, words: wordsOf(file.statements) };
}

const modules = new Map(
  FOLDERS.flatMap((folder) =>
    readdirSync(join(SOURCES, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(SOURCES, folder, name)),
  ).map((path) => [path, readModule(path)]),
);

/** Who may read the options of a module: what it imports, and what imports it. */
function neighbourWords({ path, imports }: Module): Set<string> {
  const near = [...modules.values()].filter((other) => imports.includes(other.path) || other.imports.includes(path));
  return new Set(near.flatMap(({ words }) => [...words]));
}

const unread = [...modules.values()].flatMap((module) => {
  if (module.tables.length === 0) return [];
  const near = neighbourWords(module);
  const place = relative(join(SOURCES, 'shell'), module.path);
  return module.tables
    .filter(({ name, scope }) => !near.has(name) && !wordsOf(scope).has(name))
    .map(({ name, spellings }) => `${place} ${name}: ${spellings}`);
});

describe('switches', () => {
  it('are all read by the program that declares them, or stand in the list of those that need not', () => {
    const known = new Set(UNREAD.flatMap(({ switches }) => switches));
    expect(unread.filter((one) => !known.has(one))).toEqual([]);
  });

  it('that need not be read are still declared and still unread', () => {
    const found = new Set(unread);
    expect(UNREAD.flatMap(({ switches }) => switches).filter((one) => !found.has(one))).toEqual([]);
  });

  it('are found at all', () => {
    expect([...modules.values()].flatMap(({ tables }) => tables).length).toBeGreaterThan(1000);
  });
});
