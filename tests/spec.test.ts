import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const TESTS = dirname(fileURLToPath(import.meta.url));
const RULE = /^- \*\*([A-Z\d]+-\d+)\*\* \S/gm;
/** Ids at the beginning of a string; several may follow each other. */
const NAME = /(\(\s*|\[\s*)?(['"`])((?:[A-Z][A-Z\d]+-\d+[ ,]+)+)/g;

/** What looks like an id, but is a standard's name. */
const STANDARDS = /^(UTF|CRC|SHA|ISO)-/;

interface NamedIds {
  readonly file: string;
  readonly ids: readonly string[];
  /** Of a test or suite, or a row of a table of tests; else the string may be anything. */
  readonly isName: boolean;
}

const rules = [...readFileSync(join(TESTS, '..', 'SPEC.md'), 'utf8').matchAll(RULE)].map((match) => match[1] ?? '');
const named = testFiles(TESTS).flatMap(namedIds);

function testFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((found) => {
    const path = join(folder, found.name);
    if (found.isDirectory()) return testFiles(path);
    return /\.(test|spec)\.ts$/.test(found.name) ? [path] : [];
  });
}

function namedIds(path: string): NamedIds[] {
  const file = relative(TESTS, path);
  return [...readFileSync(path, 'utf8').matchAll(NAME)].map((match) => ({
    file,
    ids: (match[3] ?? '').split(/[ ,]+/).filter((id) => id !== '' && !STANDARDS.test(id)),
    isName: match[1] !== undefined,
  }));
}

describe('ARCH-2 the documents name what is there', () => {
  it('ARCHITECTURE.md names no file that does not exist', () => {
    const root = join(TESTS, '..');
    const text = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');
    const paths = [...text.matchAll(/`([\w./]+\/[\w.]+\.(?:ts|js|json|svelte))`/g)].map((match) => match[1] ?? '');
    expect(paths.length).toBeGreaterThan(40);
    expect(paths.filter((path) => !existsSync(join(root, 'src', path)) && !existsSync(join(root, path)))).toEqual([]);
  });
});

describe('ARCH-4 rules and tests name each other', () => {
  it('no rule has the id of another', () => {
    expect(rules.length).toBeGreaterThan(50);
    expect(rules.filter((id, i) => rules.indexOf(id) !== i)).toEqual([]);
  });

  it('every rule is protected by a test that begins with its id', () => {
    const protectedIds = new Set(named.flatMap(({ ids }) => ids));
    expect(rules.filter((id) => !protectedIds.has(id))).toEqual([]);
  });

  it('no test names a rule that SPEC.md does not have', () => {
    const unknown = named
      .filter(({ isName }) => isName)
      .flatMap(({ file, ids }) => ids.filter((id) => !rules.includes(id)).map((id) => `${file}: ${id}`));
    expect(unknown).toEqual([]);
  });
});
