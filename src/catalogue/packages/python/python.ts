import { decodeName } from '../../../bytes/byteName.ts';
import * as calls from '../../../shell/kernel/calls.ts';
import type { Process } from '../../../shell/kernel/process.ts';
import type { Program } from '../../../shell/kernel/program.ts';
import { VfsError } from '../../../vfs/vfsError.ts';
import { utf8Name } from './utf8Name.ts';
import type { Catalogue } from '../../catalogue.ts';
import { makeEnvironment } from './environment.ts';
import { pythonServer } from './httpServer.ts';
import { type PythonLine, type PythonValue, readPython } from './miniPython.ts';
import { MODULE_NAMES } from './pipInstall.ts';
import { runPip } from './pip.ts';
import { type PythonHome, pythonHome } from './pythonHome.ts';
import { distributions, normalName } from './sitePackages.ts';

/** Of what was found and cannot be run. */
const CANNOT_RUN = 126;
/** Modules that are part of the interpreter: no file stands for them. */
const BUILT_IN = new Set(
  'sys builtins time math itertools marshal gc errno _thread posix pwd array select zlib atexit operator binascii json logging http urllib email html xml sqlite3 asyncio collections concurrent ctypes encodings importlib multiprocessing unittest venv wsgiref tkinter curses dbm distutils lib2to3 zoneinfo tomllib os re socket platform random datetime pathlib subprocess typing'.split(
    ' ',
  ),
);

/** python3: its version, imports, prints of literals; pip, venv, http.server and json.tool as modules. */
export function python(catalogue: Catalogue): Program {
  return async (process) => {
    const home = await pythonHome(process);
    if (!home) {
      await process.write(2, `palimpsest: ${process.name}: no library of Python is beside it\n`);
      return CANNOT_RUN;
    }
    const words = process.argv.slice(1);
    while (words[0] !== undefined && /^-[uBsSEIbOd]+$/.test(words[0])) words.shift();
    const [first, second = ''] = words;
    if (first === '--version' || first === '-V' || first === '-VV') {
      const line = `Python ${home.version}\n`;
      // Before 3.4 the version was told as an error is.
      await process.write(home.minor.startsWith('2') ? 2 : 1, line);
      return 0;
    }
    if (first === '-m') return runModule(process, catalogue, home, second, words.slice(2));
    if (first === '-c') return runSource(process, home, second, 'the program of -c', '<string>');
    if (first === undefined && process.file(0).isTerminal) {
      await process.print(`Python ${home.version} (main) on linux\n`);
      return notSimulated(process, 'its prompt');
    }
    if (first === undefined || first === '-') {
      const source = decodeName(await process.readAll(0, 1 << 20));
      return runSource(process, home, source, 'the program that was read', '<stdin>');
    }
    if (first.startsWith('-')) {
      await process.write(
        2,
        `Unknown option: ${first}\nusage: ${process.name} [option] ... [-c cmd | -m mod | file | -] [arg] ...\n`,
      );
      return 2;
    }
    return runFile(process, home, first);
  };
}

async function notSimulated(process: Process, what: string): Promise<number> {
  await process.write(2, `palimpsest: ${process.name}: ${what} is not simulated; real programs cannot run here\n`);
  return CANNOT_RUN;
}

async function runModule(
  process: Process,
  catalogue: Catalogue,
  home: PythonHome,
  name: string,
  words: readonly string[],
): Promise<number> {
  switch (name) {
    case 'pip':
      return runPip(process, catalogue, words);
    case 'venv':
    case 'virtualenv':
      return makeEnvironment(process, home, words);
    case 'ensurepip':
      return 0;
    case 'http.server':
    case 'SimpleHTTPServer':
      return pythonServer(process, home, words);
    case 'json.tool':
      return jsonTool(process);
    case 'site':
      await process.print(`sys.path = [\n    '${home.site}',\n]\n`);
      return 0;
    default:
      if (hasModule(process, home, name)) return notSimulated(process, `the module ${name}`);
      await process.write(2, `${home.prefix}/bin/${process.name}: No module named ${name}\n`);
      return 1;
  }
}

/** Reads JSON, prints it with four blanks a level; letters beyond ASCII as escapes. */
async function jsonTool(process: Process): Promise<number> {
  const text = new TextDecoder().decode(await process.readAll(0, 64 << 20));
  try {
    const shown = JSON.stringify(JSON.parse(text), null, 4);
    await process.print(
      `${shown.replace(/[\u007f-\uffff]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`,
    );
    return 0;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    await process.write(2, 'Expecting value: line 1 column 1 (char 0)\n');
    return 1;
  }
}

async function runFile(process: Process, home: PythonHome, path: string): Promise<number> {
  let source: string;
  try {
    source = decodeName(await calls.readFile(process, path, 1 << 20));
  } catch (error) {
    if (!(error instanceof VfsError)) throw error;
    const absolute = path.startsWith('/') ? path : `${process.cwd === '/' ? '' : process.cwd}/${path}`;
    const why = error.code === 'ENOENT' ? '[Errno 2] No such file or directory' : `[Errno 13] Permission denied`;
    await process.write(2, `${process.name}: can't open file '${absolute}': ${why}\n`);
    return 2;
  }
  return runSource(process, home, source, path, path);
}

async function runSource(
  process: Process,
  home: PythonHome,
  source: string,
  what: string,
  file: string,
): Promise<number> {
  const lines = readPython(utf8Name(source));
  if (!lines) return notSimulated(process, what);
  for (const line of lines) {
    const code = await runLine(process, home, line, file);
    if (code !== undefined) return code;
  }
  return 0;
}

async function runLine(
  process: Process,
  home: PythonHome,
  line: PythonLine,
  file: string,
): Promise<number | undefined> {
  switch (line.kind) {
    case 'exit':
      return line.code;
    case 'nothing':
      return undefined;
    case 'import':
      for (const name of line.modules) {
        if (hasModule(process, home, name)) continue;
        await process.write(
          2,
          `Traceback (most recent call last):\n  File "${file}", line 1, in <module>\nModuleNotFoundError: No module named '${name}'\n`,
        );
        return 1;
      }
      return undefined;
    case 'print': {
      const shown = line.parts.map((part) => shownValue(process, home, part));
      if (shown.includes(undefined)) return notSimulated(process, file === '<string>' ? 'the program of -c' : file);
      await process.print(new TextEncoder().encode(shown.join(line.separator) + line.end));
      return undefined;
    }
  }
}

function shownValue(process: Process, home: PythonHome, value: PythonValue): string | undefined {
  if (value.kind === 'text') return value.text;
  const [major = '3', minor = '0', micro = '0'] = home.version.split('.');
  switch (value.path) {
    case 'sys.version':
      return `${home.version} (main) [GCC]`;
    case 'sys.version_info':
      return `sys.version_info(major=${major}, minor=${minor}, micro=${micro}, releaselevel='final', serial=0)`;
    case 'sys.prefix':
      return home.prefix;
    case 'sys.executable':
      return `${home.prefix}/bin/${process.name}`;
    case 'sys.platform':
      return 'linux';
    case 'platform.python_version()':
      return home.version;
    case 'os.getcwd()':
      return process.cwd;
    case 'socket.gethostname()':
      return process.namespaces.uts.hostname;
    default:
      return moduleVersion(process, home, /^(\w+)\.(?:__version__|VERSION)$/.exec(value.path)?.[1]);
  }
}

function moduleVersion(process: Process, home: PythonHome, name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  const published = Object.entries(MODULE_NAMES).find(([, module]) => module === name)?.[0] ?? name;
  return distributions(process, home).get(normalName(published))?.version;
}

function hasModule(process: Process, home: PythonHome, name: string): boolean {
  const [top = ''] = name.split('.');
  if (BUILT_IN.has(top)) return true;
  const own = process.env.get('HOME') ?? '/root';
  const folders = [
    home.library,
    home.site,
    ...home.others,
    `${own}/.local/lib/python${home.minor}/site-packages`,
    process.cwd,
  ];
  return folders.some((folder) =>
    [`${folder}/${top}.py`, `${folder}/${top}`].some((path) => calls.statIfThere(process, path)),
  );
}
