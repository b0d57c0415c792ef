import { decodeName } from '../../../bytes/byteName.ts';
import * as calls from '../../../shell/kernel/calls.ts';
import { standIn } from '../../../shell/kernel/standIn.ts';
import type { Process } from '../../../shell/kernel/process.ts';
import { VfsError } from '../../../vfs/vfsError.ts';
import { type LanguagePackage, moduleFiles } from '../../languagePackages.ts';
import type { LayerEntry } from '../../layerTar.ts';
import { noteStandIns } from '../standInNote.ts';
import { unpackEntries, removePaths } from '../unpackEntries.ts';
import { chosenVersion, isWanted, type Requirement, readRequirement } from './pipRequirement.ts';
import type { PipRun } from './pip.ts';
import { type Distribution, distributions, normalName, recordedPaths } from './sitePackages.ts';

const ROOT_WARNING =
  "WARNING: Running pip as the 'root' user can result in broken permissions and conflicting behaviour with the system package manager. It is recommended to use a virtual environment instead: https://pip.pypa.io/warnings/venv\n";
const MANAGED =
  'error: externally-managed-environment\n\n× This environment is externally managed\n╰─> To install Python packages system-wide, use the packages of the distribution,\n    or a virtual environment: python3 -m venv path/to/venv.\n\nnote: You can override this, at the risk of breaking your Python installation or OS, by passing --break-system-packages.\nhint: See PEP 668 for the detailed specification.\n';
/** A file may name others: how deep, and how many lines are read. */
const MAX_FILES_DEEP = 10;

/** A package at the version that is installed, and why. */
interface Chosen {
  readonly of: LanguagePackage;
  readonly version: string;
}

interface Plan {
  readonly chosen: Map<string, Chosen>;
  readonly order: string[];
  /** What was asked for by name: it holds for dependencies, too. */
  readonly asked: ReadonlyMap<string, string>;
}

/** `pip install`. */
export async function pipInstall(run: PipRun): Promise<number> {
  const { process, given, home } = run;
  if (home.isManaged && !given.has('--break-system-packages') && !given.has('--target')) {
    await process.write(2, MANAGED);
    return 1;
  }
  const indexes = [
    given.values('--index-url').at(-1) ?? 'https://pypi.org/simple',
    ...given.values('--extra-index-url'),
  ];
  if (given.has('--index-url') || given.has('--extra-index-url'))
    await run.tell(`Looking in indexes: ${indexes.join(', ')}\n`);
  const requirements: Requirement[] = [];
  for (const text of [...given.values('-r'), ...given.operands.map((operand) => `= ${operand}`)]) {
    const lines = text.startsWith('= ') ? [text.slice(2)] : await requirementLines(process, text, 0);
    if (typeof lines === 'string') return failed(process, lines);
    for (const line of lines) {
      const found = readRequirement(line);
      if (!found) return failed(process, `${line}: packages of folders, files and addresses are not simulated`);
      requirements.push(found);
    }
  }
  if (requirements.length === 0)
    return failed(process, 'You must give at least one requirement to install (see "pip help install")');
  const installed = distributions(process, home);
  const asked = new Map<string, string>();
  for (const { key, specifier } of requirements)
    if (specifier !== '') asked.set(key, [asked.get(key), specifier].filter((one) => one !== undefined).join(','));
  const plan: Plan = { chosen: new Map(), order: [], asked };
  for (const one of requirements) {
    const fault = await collect(run, installed, plan, one, undefined);
    if (fault !== undefined) return failed(process, fault);
  }
  if (plan.order.length === 0) return afterwards(run);
  return installPlan(run, installed, plan);
}

export async function failed(process: Process, message: string): Promise<number> {
  await process.write(
    2,
    message
      .split('\n')
      .map((line) => `ERROR: ${line}\n`)
      .join(''),
  );
  return 1;
}

/** The lines of a requirements file, and of those that it names. A text is a fault. */
async function requirementLines(process: Process, path: string, depth: number): Promise<readonly string[] | string> {
  let text: string;
  try {
    text = decodeName(await calls.readFile(process, path));
  } catch (error) {
    if (!(error instanceof VfsError)) throw error;
    return `Could not open requirements file: [Errno 2] No such file or directory: '${path}'`;
  }
  const lines: string[] = [];
  for (const raw of text.replaceAll('\\\n', '').split('\n')) {
    const line = raw
      .replace(/(^|\s)#.*$/, '')
      .replace(/\s--hash=\S+/g, '')
      .trim();
    if (
      line === '' ||
      /^(-i|--index-url|--extra-index-url|--trusted-host|--find-links|--no-binary|--only-binary)\b/.test(line)
    )
      continue;
    const other = /^(?:-r|--requirement)[ =]?\s*(\S+)$/.exec(line)?.[1];
    if (other === undefined) {
      lines.push(line);
      continue;
    }
    if (depth >= MAX_FILES_DEEP) return `Requirements files are nested too deeply: ${path}`;
    const base = path.includes('/') ? path.slice(0, path.lastIndexOf('/') + 1) : '';
    const inner = await requirementLines(process, other.startsWith('/') ? other : base + other, depth + 1);
    if (typeof inner === 'string') return inner;
    lines.push(...inner);
  }
  return lines;
}

/** Chooses a package and what it needs, and tells what is downloaded. Gives why it cannot be. */
async function collect(
  run: PipRun,
  installed: ReadonlyMap<string, Distribution>,
  plan: Plan,
  wanted: Requirement,
  by: string | undefined,
): Promise<string | undefined> {
  const from = by === undefined ? '' : ` (from ${by})`;
  const text = `${wanted.name}${wanted.specifier}`;
  const here = installed.get(wanted.key);
  const isKept = here && isWanted(wanted.specifier, here.version) && !(by === undefined && isForced(run, wanted.key));
  const known = run.index.get(wanted.key);
  if (isKept && !plan.chosen.has(wanted.key)) {
    await run.tell(`Requirement already satisfied: ${text} in ${here.site}${from} (${here.version})\n`);
    if (run.given.has('--no-deps') || !known) return undefined;
    return dependencies(run, installed, plan, { of: known, version: here.version }, by ?? wanted.key);
  }
  const before = plan.chosen.get(wanted.key);
  if (before) {
    if (isWanted(wanted.specifier, before.version)) return undefined;
    return `Cannot install ${text} and ${wanted.name}==${before.version} because these package versions have conflicting dependencies.`;
  }
  const specifier = [wanted.specifier, plan.asked.get(wanted.key) ?? ''].filter((one) => one !== '').join(',');
  const version = known && chosenVersion(specifier, known.version);
  if (known === undefined || version === undefined)
    return `Could not find a version that satisfies the requirement ${text}${from} (from versions: ${known?.version ?? 'none'})\nNo matching distribution found for ${text}`;
  await tellDownload(run, text + from, known, version);
  plan.chosen.set(wanted.key, { of: known, version });
  if (!run.given.has('--no-deps')) {
    const fault = await dependencies(
      run,
      installed,
      plan,
      { of: known, version },
      by === undefined ? wanted.key : `${wanted.key}->${by}`,
    );
    if (fault !== undefined) return fault;
  }
  plan.order.push(wanted.key);
  return undefined;
}

async function dependencies(
  run: PipRun,
  installed: ReadonlyMap<string, Distribution>,
  plan: Plan,
  { of, version }: Chosen,
  by: string,
): Promise<string | undefined> {
  for (const text of of.dependencies) {
    // Of an older version only the names of what it needs are known.
    const one = readRequirement(version === of.version ? text : text.replace(/[<>=!~].*$/, ''));
    // A dependency that is looked at already brings nothing new: chains end.
    if (!one || (plan.chosen.has(one.key) && isWanted(one.specifier, plan.chosen.get(one.key)?.version ?? '')))
      continue;
    const fault = await collect(run, installed, plan, one, by);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function isForced({ given, index }: PipRun, key: string): boolean {
  return given.has('--force-reinstall') || given.has('-I') || (given.has('-U') && index.has(key));
}

/** `flask-3.0.0-py3-none-any.whl`. */
function wheelName({ home }: PipRun, { name, needsCompiler }: LanguagePackage, version: string): string {
  const tag = `cp${home.minor.replace('.', '')}`;
  const platform = needsCompiler ? `${tag}-${tag}-manylinux_2_17_x86_64.manylinux2014_x86_64` : 'py3-none-any';
  return `${name.replaceAll('-', '_')}-${version}-${platform}.whl`;
}

async function tellDownload(run: PipRun, text: string, known: LanguagePackage, version: string): Promise<void> {
  const { process, given } = run;
  const file = wheelName(run, known, version);
  const cached = `${cacheFolder(run)}/${known.name}-${version}`;
  const isCached = !given.has('--no-cache-dir') && calls.statIfThere(process, cached) !== undefined;
  const size = pipSize(known.archiveBytes);
  await run.tell(`Collecting ${text}\n  ${isCached ? 'Using cached' : 'Downloading'} ${file} (${size})\n`);
  if (isCached) return;
  const [amount, unit] = size.split(' ') as [string, string];
  if (given.values('--progress-bar').at(-1) !== 'off')
    await run.tell(`     ${'━'.repeat(40)} ${amount}/${amount} ${unit} 3.0 MB/s eta 0:00:00\n`);
  await process.sleep(10);
  if (given.has('--no-cache-dir')) return;
  calls.makeDirectories(process, cacheFolder(run));
  await calls.writeFile(process, cached, 'This file stands in for a response of a package index.\n');
  calls.truncate(process, cached, Math.max(known.archiveBytes, 64));
}

function cacheFolder({ process, given }: PipRun): string {
  const asked = given.values('--cache-dir').at(-1);
  if (asked !== undefined) return `${asked}/http`;
  const home = process.env.get('XDG_CACHE_HOME') ?? `${process.env.get('HOME') ?? '/root'}/.cache`;
  return `${home}/pip/http`;
}

/** Sizes as pip prints them: in thousands (pip, utils/misc.py). */
function pipSize(sizeBytes: number): string {
  if (sizeBytes > 1e6) return `${(sizeBytes / 1e6).toFixed(1)} MB`;
  if (sizeBytes > 10_000) return `${Math.trunc(sizeBytes / 1000)} kB`;
  return sizeBytes > 1000 ? `${(sizeBytes / 1000).toFixed(1)} kB` : `${sizeBytes} bytes`;
}

async function installPlan(run: PipRun, installed: ReadonlyMap<string, Distribution>, plan: Plan): Promise<number> {
  const { process, home, given } = run;
  const target = given.values('--target').at(-1);
  const isUser = given.has('--user') || (process.credentials.uid !== 0 && target === undefined && !home.isEnvironment);
  const own = process.env.get('HOME') ?? '/root';
  const site = target ?? (isUser ? `${own}/.local/lib/python${home.minor}/site-packages` : home.site);
  const programs = isUser
    ? `${own}/.local/bin`
    : home.isEnvironment || home.site.startsWith(home.prefix)
      ? `${home.prefix}/bin`
      : '/usr/local/bin';
  if (isUser && !given.has('--user'))
    await run.tell('Defaulting to user installation because normal site-packages is not writeable\n');
  await run.tell(
    `Installing collected packages: ${plan.order.map((key) => plan.chosen.get(key)?.of.name).join(', ')}\n`,
  );
  for (const key of plan.order) {
    const { of, version } = plan.chosen.get(key) as Chosen;
    const before = installed.get(key);
    if (before && target === undefined) {
      await run.tell(
        `  Attempting uninstall: ${key}\n    Found existing installation: ${before.name} ${before.version}\n    Uninstalling ${before.name}-${before.version}:\n`,
      );
      await removePaths(process, withFolders(await recordedPaths(process, before)));
      await run.tell(`      Successfully uninstalled ${before.name}-${before.version}\n`);
    }
    await unpackEntries(process, wheelEntries(of, version, site.slice(1), programs.slice(1)));
    for (const program of of.programs)
      await calls.writeFile(process, `${programs}/${program}`, programOf(program), 0o755);
  }
  const shown = plan.order.map((key) => plan.chosen.get(key) as Chosen);
  const done = shown.map(({ of, version }) => `${of.name}-${version}`).sort();
  await run.tell(`Successfully installed ${done.join(' ')}\n`);
  if (!given.has('-q')) await noteStandIns(process, 'NOTE: ');
  return afterwards(run);
}

/** pip itself goes on running; other programs say that they are not simulated. */
function programOf(program: string): Uint8Array {
  return standIn(/^pip3?/.test(program) ? 'pip' : program);
}

export function withFolders(paths: readonly string[]): readonly string[] {
  const all = new Set(paths);
  for (const path of paths) {
    const folder = path.slice(0, path.lastIndexOf('/'));
    if (/\/(site|dist)-packages\/./.test(folder)) {
      let at = folder;
      for (; /\/(site|dist)-packages\/./.test(at); at = at.slice(0, at.lastIndexOf('/'))) all.add(at);
    }
  }
  return [...all];
}

async function afterwards({ process, home, given }: PipRun): Promise<number> {
  const isQuieted = given.has('--root-user-action') || process.env.get('PIP_ROOT_USER_ACTION') === 'ignore';
  if (process.credentials.uid === 0 && !home.isEnvironment && !isQuieted) await process.write(2, ROOT_WARNING);
  return 0;
}

/** What a wheel unpacks: modules, programs, and what is known of it. */
function wheelEntries(one: LanguagePackage, version: string, site: string, programs: string): readonly LayerEntry[] {
  const top = MODULE_NAMES[one.name] ?? normalName(one.name).replaceAll('-', '_');
  const isSingle = one.modules.length === 1 && one.modules[0] === top;
  const inner = isSingle
    ? [`${top}.py`]
    : [...new Set(['__init__', ...one.modules])].map((path) => `${top}/${path.endsWith('.so') ? path : `${path}.py`}`);
  const info = `${one.name.replaceAll('-', '_')}-${version}.dist-info`;
  const modules = moduleFiles(
    inner.map((path) => `${site}/${path}`),
    one.unpackedBytes,
  );
  const requires = one.dependencies.map((text) => `Requires-Dist: ${text}\n`).join('');
  const files: readonly (readonly [string, string])[] = [
    [
      `${info}/METADATA`,
      `Metadata-Version: 2.1\nName: ${one.name}\nVersion: ${version}\nSummary: A stand-in of Palimpsest's catalogue\n${requires}\n`,
    ],
    [`${info}/WHEEL`, `Wheel-Version: 1.0\nGenerator: palimpsest\nRoot-Is-Purelib: ${!one.needsCompiler}\n`],
    [`${info}/INSTALLER`, 'pip\n'],
    [`${info}/top_level.txt`, `${top}\n`],
    ...(one.programs.length > 0
      ? [
          [
            `${info}/entry_points.txt`,
            `[console_scripts]\n${one.programs.map((name) => `${name} = ${top}\n`).join('')}`,
          ] as const,
        ]
      : []),
  ];
  const listed = [...inner, ...files.map(([path]) => path), `${info}/RECORD`];
  const outside = one.programs.map((name) => `/${programs}/${name}`);
  const record = [...listed, ...outside].map((path) => `${path},,\n`).join('');
  return [
    ...modules.map((entry) => (entry.path.endsWith('.so') ? { ...entry, mode: 0o755 } : entry)),
    ...[...files, [`${info}/RECORD`, record] as const].map(([path, text]): LayerEntry => ({
      kind: 'f',
      path: `${site}/${path}`,
      mode: 0o644,
      uid: 0,
      gid: 0,
      sizeBytes: 0,
      text,
    })),
  ];
}

/** What is imported under another name than it is installed by. */
export const MODULE_NAMES: Readonly<Record<string, string>> = {
  beautifulsoup4: 'bs4',
  djangorestframework: 'rest_framework',
  dnspython: 'dns',
  pillow: 'PIL',
  'psycopg2-binary': 'psycopg2',
  pynacl: 'nacl',
  'python-dateutil': 'dateutil',
  'python-dotenv': 'dotenv',
  pyyaml: 'yaml',
  'scikit-learn': 'sklearn',
};
