import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const SRC = fileURLToPath(new URL('../src', import.meta.url));

/** What each folder may import beside itself: the table of ARCHITECTURE.md. `packages` are npm packages or
 *  'node' for Node's own modules. */
const ALLOWED: Record<string, { folders: string[]; packages: string[]; typesOnly?: string[] }> = {
  bytes: { folders: [], packages: [] },
  codec: { folders: ['bytes'], packages: ['@noble/hashes', 'pako'] },
  tar: { folders: ['bytes'], packages: [] },
  vfs: { folders: ['bytes', 'tar'], packages: [] },
  image: { folders: ['bytes'], packages: [] },
  registry: { folders: ['bytes', 'image'], packages: [] },
  companion: {
    folders: ['bytes', 'tar', 'image', 'archive', 'registry', 'platform'],
    packages: ['node', 'fastify', '@grpc/grpc-js'],
  },
  archive: { folders: ['bytes', 'codec', 'tar', 'vfs', 'image'], packages: [] },
  git: { folders: ['bytes'], packages: ['isomorphic-git', 'buffer', '@noble/hashes'] },
  shell: { folders: ['bytes', 'codec', 'tar', 'vfs', 'git'], packages: ['unbash', 'pako'] },
  engine: {
    folders: ['bytes', 'codec', 'tar', 'vfs', 'image', 'archive', 'registry', 'shell'],
    packages: [],
  },
  build: { folders: ['bytes', 'codec', 'tar', 'vfs', 'git', 'image', 'archive', 'shell', 'engine'], packages: [] },
  docker: {
    folders: [
      'bytes',
      'codec',
      'tar',
      'vfs',
      'git',
      'image',
      'archive',
      'registry',
      'shell',
      'engine',
      'build',
      'companion',
    ],
    packages: [],
    typesOnly: ['companion'],
  },
  catalogue: { folders: ['bytes', 'codec', 'tar', 'vfs', 'image', 'shell', 'engine'], packages: [] },
  machine: {
    folders: [
      'bytes',
      'git',
      'codec',
      'tar',
      'vfs',
      'image',
      'archive',
      'registry',
      'shell',
      'engine',
      'build',
      'docker',
      'catalogue',
    ],
    packages: [],
  },
  analysis: { folders: ['bytes', 'tar', 'vfs', 'image', 'archive'], packages: [] },
  drivers: { folders: ['bytes', 'tar', 'vfs', 'image'], packages: [] },
  fuse: { folders: ['bytes', 'tar', 'vfs'], packages: ['node'] },
  platform: { folders: ['bytes', 'codec'], packages: ['node'] },
  persistence: { folders: ['bytes', 'vfs'], packages: ['idb-keyval'] },
  worker: {
    folders: [
      'bytes',
      'codec',
      'tar',
      'vfs',
      'image',
      'archive',
      'registry',
      'analysis',
      'platform',
      'persistence',
      'shell',
      'engine',
      'build',
      'docker',
      'catalogue',
      'machine',
      'client',
    ],
    packages: [],
  },
  client: { folders: ['bytes', 'tar', 'worker', 'vfs', 'companion'], packages: [], typesOnly: ['worker', 'companion'] },
  i18n: { folders: [], packages: ['svelte'] },
  app: { folders: ['client', 'i18n'], packages: ['svelte', '@codemirror', '@lezer'] },
  cli: {
    folders: [
      'bytes',
      'git',
      'codec',
      'tar',
      'vfs',
      'image',
      'archive',
      'registry',
      'companion',
      'analysis',
      'shell',
      'engine',
      'build',
      'docker',
      'catalogue',
      'machine',
      'drivers',
      'fuse',
      'platform',
      'i18n',
    ],
    packages: ['node'],
  },
};

/** Folders that hold no import of Node or the DOM: the core. */
const CORE = ['bytes', 'codec', 'tar', 'vfs', 'image', 'archive', 'registry', 'analysis', 'build', 'docker', 'drivers'];
const DOM_GLOBALS = ['document', 'window', 'navigator', 'localStorage', 'indexedDB', 'XMLHttpRequest', 'HTMLElement'];

interface SourceFile {
  readonly path: string;
  readonly folder: string;
  readonly text: string;
  readonly imports: readonly string[];
}

const files: SourceFile[] = walk(SRC)
  .filter((path) => /\.(ts|svelte)$/.test(path))
  .map((path) => {
    const text = readFileSync(path, 'utf8');
    return { path, folder: relative(SRC, path).split('/')[0] ?? '', text, imports: importsOf(path, text) };
  });

describe('ARCH-1 imports run one way', () => {
  it('every folder of src is listed in the table', () => {
    const folders = readdirSync(SRC).filter((name) => statSync(join(SRC, name)).isDirectory());
    expect(Object.keys(ALLOWED)).toEqual(expect.arrayContaining(folders));
  });

  it('no file imports what its folder may not', () => {
    expect(files.flatMap(violations)).toEqual([]);
  });

  it('no import cycles between files', () => {
    expect(findCycle()).toEqual([]);
  });

  it('the core names neither Node nor the DOM', () => {
    const offenders = files
      .filter((file) => CORE.includes(file.folder))
      .filter((file) => namesDom(file) || file.imports.some((name) => name.startsWith('node:')))
      .map((file) => relative(SRC, file.path));
    expect(offenders).toEqual([]);
  });
});

describe('ARCH-2 the documents tell the same table', () => {
  it('ARCHITECTURE.md lists every folder', () => {
    const text = readFileSync(join(SRC, '..', 'ARCHITECTURE.md'), 'utf8');
    const missing = Object.keys(ALLOWED).filter((folder) => !text.includes(`\`src/${folder}\``));
    expect(missing).toEqual([]);
  });
});

describe('ARCH-3 nothing runs WebAssembly and nothing injects markup', () => {
  it.each(['WebAssembly', '{@html', 'innerHTML', 'eval('])('%s does not occur', (word) => {
    expect(files.filter((file) => withoutComments(file.text).includes(word)).map((file) => file.path)).toEqual([]);
  });
});

/** Uses a DOM global that the file does not declare as a name of its own. */
function namesDom({ path, text }: SourceFile): boolean {
  const declared = new Set<string>();
  const used = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && DOM_GLOBALS.includes(node.text)) {
      const { parent } = node;
      const isName = 'name' in parent && parent.name === node;
      if (!isName) used.add(node.text);
      else if (!ts.isPropertyAccessExpression(parent)) declared.add(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true));
  return [...used].some((name) => !declared.has(name));
}

function violations(file: SourceFile): string[] {
  const rule = ALLOWED[file.folder];
  if (!rule) return [];
  const here = relative(SRC, file.path);
  return file.imports.flatMap((name) => {
    if (name.startsWith('node:')) return rule.packages.includes('node') ? [] : [`${here} imports ${name}`];
    if (!name.startsWith('.')) {
      return rule.packages.some((p) => name === p || name.startsWith(`${p}/`)) ? [] : [`${here} imports ${name}`];
    }
    const target = relative(SRC, resolve(dirname(file.path), name));
    const folder = target.split('/')[0] ?? '';
    if (target.startsWith('..')) return name.includes('package.json') ? [] : [`${here} imports ${name}`];
    return folder === file.folder || rule.folders.includes(folder) ? [] : [`${here} imports ${target}`];
  });
}

function importsOf(path: string, text: string): string[] {
  const scripts = path.endsWith('.svelte')
    ? [...text.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].map((match) => match[1] ?? '')
    : [text];
  return scripts.flatMap((script) =>
    ts.preProcessFile(script, true, true).importedFiles.map((file) => file.fileName.replace(/\?.*$/, '')),
  );
}

function findCycle(): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const done = new Set<string>();
  const open: string[] = [];
  const visit = (path: string): string[] => {
    if (done.has(path)) return [];
    const at = open.indexOf(path);
    if (at >= 0) return [...open.slice(at), path].map((p) => relative(SRC, p));
    const file = byPath.get(path);
    if (!file) return [];
    open.push(path);
    for (const name of runtimeImports(file)) {
      const cycle = visit(resolve(dirname(path), name));
      if (cycle.length > 0) return cycle;
    }
    open.pop();
    done.add(path);
    return [];
  };
  for (const file of files) {
    const cycle = visit(file.path);
    if (cycle.length > 0) return cycle;
  }
  return [];
}

/** `import type` leaves nothing at run time, so it can close no cycle. */
function runtimeImports(file: SourceFile): string[] {
  const typeOnly = new Set(
    [...file.text.matchAll(/import\s+type\s[^;]*?from\s+['"]([^'"]+)['"]/g)].map((match) => match[1] ?? ''),
  );
  const valued = new Set(
    [...file.text.matchAll(/(?:import|export)\s+(?!type\b)[^;]*?from\s+['"]([^'"]+)['"]/g)].map(
      (match) => match[1] ?? '',
    ),
  );
  return file.imports.filter((name) => name.startsWith('.') && (!typeOnly.has(name) || valued.has(name)));
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:])\/\/.*$/gm, '$1');
}

function walk(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? walk(join(dir, entry.name)) : [join(dir, entry.name)],
  );
}
