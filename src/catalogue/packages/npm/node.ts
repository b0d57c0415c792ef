import { decodeName } from '../../../bytes/byteName.ts';
import * as calls from '../../../shell/kernel/calls.ts';
import type { Process } from '../../../shell/kernel/process.ts';
import type { Program } from '../../../shell/kernel/program.ts';
import { VfsError } from '../../../vfs/vfsError.ts';
import { installedVersion } from '../../services/installedVersion.ts';
import { utf8Name } from '../python/utf8Name.ts';
import { readJson } from './npmProject.ts';

const CANNOT_RUN = 126;
const DEFAULT_VERSION = '20.9.0';
const MAX_SOURCE_BYTES = 1 << 20;
const STRING = /^(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`([^`\\$]*)`)$/;
const BUILT_IN = new Set(
  'assert buffer child_process cluster crypto dns events fs http http2 https net os path perf_hooks process querystring readline stream string_decoder timers tls tty url util v8 vm worker_threads zlib'.split(
    ' ',
  ),
);

/** node: its version, and programs of nothing but `console.log` of literals. */
export const node: Program = async (process) => {
  const version = await nodeVersion(process);
  const words = process.argv.slice(1);
  const [first, second = ''] = words;
  if (first === '--version' || first === '-v') {
    await process.print(`v${version}\n`);
    return 0;
  }
  if (first === '-e' || first === '--eval') return runSource(process, version, second, 'the program of -e');
  if (first === '-p' || first === '--print' || first === '-pe')
    return runSource(process, version, `console.log(${second})`, 'the program of -p');
  if (first === undefined && process.file(0).isTerminal) {
    await process.print(`Welcome to Node.js v${version}.\n`);
    return notSimulated(process, 'its prompt');
  }
  if (first === undefined || first === '-')
    return runSource(
      process,
      version,
      decodeName(await process.readAll(0, MAX_SOURCE_BYTES)),
      'the program that was read',
    );
  if (first.startsWith('-')) return notSimulated(process, `the option ${first}`);
  return runFile(process, version, first);
};

async function nodeVersion(process: Process): Promise<string> {
  return (await installedVersion(process, 'nodejs')) ?? process.env.get('NODE_VERSION') ?? DEFAULT_VERSION;
}

async function notSimulated(process: Process, what: string): Promise<number> {
  await process.write(2, `palimpsest: ${process.name}: ${what} is not simulated; real programs cannot run here\n`);
  return CANNOT_RUN;
}

async function runFile(process: Process, version: string, path: string): Promise<number> {
  const absolute = path.startsWith('/')
    ? path
    : `${process.cwd === '/' ? '' : process.cwd}/${path.replace(/^\.\//, '')}`;
  const found = ['', '.js', '/index.js'].find((end) => {
    const stat = calls.statIfThere(process, absolute + end);
    return stat !== undefined && (stat.mode & 0o170000) === 0o100000;
  });
  if (found === undefined) {
    await process.write(
      2,
      `node:internal/modules/cjs/loader:1051\n  throw err;\n  ^\n\nError: Cannot find module '${absolute}'\n    at node:internal/main/run_main_module:23:49 {\n  code: 'MODULE_NOT_FOUND',\n  requireStack: []\n}\n\nNode.js v${version}\n`,
    );
    return 1;
  }
  try {
    const source = decodeName(await calls.readFile(process, absolute + found, MAX_SOURCE_BYTES));
    return await runSource(process, version, source, path);
  } catch (error) {
    if (!(error instanceof VfsError)) throw error;
    return notSimulated(process, path);
  }
}

async function runSource(process: Process, version: string, source: string, what: string): Promise<number> {
  const text = utf8Name(source).replace(/^#!.*\n/, '');
  const lines: (() => Promise<string | undefined>)[] = [];
  let code: number | undefined;
  for (const statement of statements(text)) {
    const exit = /^process\.exit\((\d*)\)$/.exec(statement);
    if (exit) {
      code = Number(exit[1] ?? 0);
      break;
    }
    const required = /^(?:(?:const|let|var)\s+[\w{}, ]+\s*=\s*)?require\((['"])([\w@/.:-]+)\1\)$/.exec(statement)?.[2];
    const logged = /^console\.(?:log|info)\((.*)\)$/s.exec(statement)?.[1];
    if (required !== undefined && hasModule(process, required)) continue;
    if (logged === undefined) return notSimulated(process, what);
    lines.push(async () => {
      const parts: string[] = [];
      for (const part of parted(logged)) {
        const shown = await valueText(process, version, part);
        if (shown === undefined) return undefined;
        parts.push(shown);
      }
      return parts.join(' ');
    });
  }
  const shown: string[] = [];
  for (const line of lines) {
    const one = await line();
    if (one === undefined) return notSimulated(process, what);
    shown.push(`${one}\n`);
  }
  await process.print(new TextEncoder().encode(shown.join('')));
  return code ?? 0;
}

/** Parted at newlines and semicolons that stand in no string; comments left out. */
function statements(text: string): readonly string[] {
  const found: string[] = [];
  for (const [token] of text.matchAll(/(?:'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`[^`]*`|\/\/[^\n]*|[^\n;])+/g)) {
    const plain = token
      .trim()
      .replace(/^((?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`[^`]*`|[^/'"`]|\/(?!\/))*)\/\/.*$/s, '$1')
      .trim();
    if (plain !== '' && !/^(['"])use strict\1$/.test(plain)) found.push(plain);
  }
  return found;
}

function parted(text: string): readonly string[] {
  return [...text.matchAll(/(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`[^`]*`|[^,'"`])+/g)]
    .map(([part]) => part.trim())
    .filter((part) => part !== '');
}

async function valueText(process: Process, version: string, text: string): Promise<string | undefined> {
  const string = STRING.exec(text);
  if (string) return unescaped(string[1] ?? string[2] ?? string[3] ?? '');
  if (/^-?\d{1,15}$/.test(text)) return String(Number(text));
  if (/^(true|false|null|undefined)$/.test(text)) return text;
  const sum = /^(\d{1,7})\s*([-+*])\s*(\d{1,7})$/.exec(text);
  if (sum) {
    const [left, right] = [Number(sum[1]), Number(sum[3])];
    return String(sum[2] === '+' ? left + right : sum[2] === '-' ? left - right : left * right);
  }
  const [, , file, field] = /^require\((['"])(.+?)\1\)\.(\w+)$/.exec(text) ?? [];
  if (file !== undefined && field !== undefined) return moduleField(process, file, field);
  const known: Readonly<Record<string, string>> = {
    'process.version': `v${version}`,
    'process.versions.node': version,
    'process.platform': 'linux',
    'process.arch': 'x64',
    'process.cwd()': process.cwd,
    'process.execPath': '/usr/local/bin/node',
  };
  const variable = /^process\.env\.(\w+)$/.exec(text)?.[1];
  if (variable !== undefined) return process.env.get(variable) ?? 'undefined';
  return Object.hasOwn(known, text) ? known[text] : undefined;
}

/** A text or number of a file of JSON: `require('./package.json').version`. */
async function moduleField(process: Process, file: string, field: string): Promise<string | undefined> {
  const base = process.cwd === '/' ? '' : process.cwd;
  const path = file.startsWith('/') ? file : file.startsWith('.') ? `${base}/${file}` : `${base}/node_modules/${file}`;
  const json = path.endsWith('.json') ? await readJson(process, path) : undefined;
  const value = typeof json === 'object' ? json[field] : undefined;
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

function hasModule(process: Process, name: string): boolean {
  if (BUILT_IN.has(name.replace('node:', ''))) return true;
  for (let at = process.cwd; ; at = at.slice(0, at.lastIndexOf('/'))) {
    const base = at === '/' ? '' : at;
    if (calls.statIfThere(process, `${base}/node_modules/${name}`)) return true;
    if (base === '') return false;
  }
}

function unescaped(text: string): string {
  const letters: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '0': '\0' };
  return text.replace(/\\(.)/gs, (_, letter: string) => letters[letter] ?? letter);
}
