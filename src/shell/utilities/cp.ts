import { isDirectory } from '../../vfs/overlay/fileMode.ts';
import { mkdir, statIfThere } from '../kernel/calls.ts';
import type { Process } from '../kernel/process.ts';
import { backupRule } from './backup.ts';
import { type CopyRules, TreeCopy } from './copyTree.ts';
import { causeOf } from './failure.ts';
import { invalidWord, type ParsedOptions, UsageError } from './options.ts';
import { directoryOf, joinPath, withoutTrailingSlashes } from './paths.ts';
import { quoted } from './quote.ts';
import { Report } from './report.ts';
import { targetsOf } from './targetOperands.ts';
import { utility } from './utility.ts';

const OPTIONS = {
  archive: '-a --archive',
  attributesOnly: '--attributes-only',
  backup: '--backup[=CONTROL]',
  backupPlain: '-b',
  noDereferenceLinks: '-d',
  force: '-f --force',
  interactive: '-i --interactive',
  dereferenceOperands: '-H',
  link: '-l --link',
  dereference: '-L --dereference',
  noClobber: '-n --no-clobber',
  noDereference: '-P --no-dereference',
  preservePlain: '-p',
  preserve: '--preserve[=ATTR_LIST]',
  noPreserve: '--no-preserve=ATTR_LIST',
  parents: '--parents',
  recursive: '-R -r --recursive',
  reflink: '--reflink[=WHEN]',
  removeDestination: '--remove-destination',
  sparse: '--sparse=WHEN',
  stripSlashes: '--strip-trailing-slashes',
  symbolic: '-s --symbolic-link',
  suffix: '-S --suffix=SUFFIX',
  targetDirectory: '-t --target-directory=DIRECTORY',
  noTargetDirectory: '-T --no-target-directory',
  update: '-u --update',
  verbose: '-v --verbose',
  oneFileSystem: '-x --one-file-system',
} as const;

type CpOption = keyof typeof OPTIONS;

export const cp = utility(
  { options: OPTIONS, notSimulated: '-Z --context[=CTX] --copy-contents', usage: '[OPTION]... SOURCE... DEST' },
  async (process, options) => {
    const report = new Report(process);
    const rules = cpRules(process, options);
    const copy = new TreeCopy(process, rules, report);
    if (options.has('parents')) return copyWithParents(process, options, copy, report);
    const seen = new Set<string>();
    for (const { source, target } of targetsOf(process, options)) {
      if (process.flavour === 'gnu' && seen.has(source) && !isFolder(process, source)) {
        await process.complain(`warning: source file ${quoted(source)} specified more than once`);
        continue;
      }
      seen.add(source);
      if (
        process.flavour === 'gnu' &&
        isInside(process, source, target) &&
        rules.isRecursive &&
        isFolder(process, source)
      ) {
        // What would be copied into itself ends where its own copy begins.
        await copy.copy(withoutTrailingSlashes(source), target);
        continue;
      }
      await copy.copy(options.has('stripSlashes') ? withoutTrailingSlashes(source) : source, target);
    }
    return report.status;
  },
);

function isFolder(process: Process, path: string): boolean {
  const found = statIfThere(process, path);
  return found !== undefined && isDirectory(found.mode);
}

function isInside(_process: Process, source: string, target: string): boolean {
  return target.startsWith(`${withoutTrailingSlashes(source)}/`);
}

type Preserved = { -readonly [Key in keyof CopyRules['preserve']]: boolean };

function cpRules(process: Process, options: ParsedOptions<CpOption>): CopyRules {
  const isRecursive = options.has('recursive') || options.has('archive');
  const preserve: Preserved = { mode: false, ownership: false, times: false, links: false, xattrs: false };
  let ignoresMode = false;
  let follow: CopyRules['follow'] | undefined;
  let as: CopyRules['as'] = 'copy';
  let onExisting: CopyRules['onExisting'] = 'overwrite';
  for (const { name, value } of options.given) {
    if (name === 'archive') {
      setPreserved(preserve, 'all', true);
      follow = 'never';
    } else if (name === 'preservePlain') setPreserved(preserve, 'mode,ownership,timestamps', true);
    else if (name === 'preserve') setPreserved(preserve, value ?? 'mode,ownership,timestamps', true);
    else if (name === 'noPreserve') {
      setPreserved(preserve, value ?? '', false);
      if (/\bmode\b|\ball\b/.test(value ?? '')) ignoresMode = true;
    } else if (name === 'noDereferenceLinks') {
      preserve.links = true;
      follow = 'never';
    } else if (name === 'noDereference') follow = 'never';
    else if (name === 'dereference') follow = 'always';
    else if (name === 'dereferenceOperands') follow = 'operands';
    else if (name === 'link') as = 'hardLink';
    else if (name === 'symbolic') as = 'symlink';
    else if (name === 'attributesOnly') as = 'attributes';
    else if (name === 'interactive') onExisting = 'ask';
    else if (name === 'noClobber') onExisting = 'keep';
    else if (name === 'force' && process.flavour === 'busybox') onExisting = 'overwrite';
    else if (name === 'sparse' || name === 'reflink') checkWhen(name, value);
  }
  if (process.flavour === 'busybox' && preserve.links) preserve.xattrs = false;
  return {
    isRecursive,
    follow: follow ?? (isRecursive || as !== 'copy' ? 'never' : 'always'),
    preserve,
    ignoresMode,
    onExisting,
    isForced: options.has('force'),
    removesFirst: options.has('removeDestination'),
    as,
    updatesOnly: options.has('update'),
    isVerbose: options.has('verbose'),
    staysOnFilesystem: options.has('oneFileSystem'),
    backup: backupRule(process, options),
  };
}

/** The simulated disk has neither holes nor shared extents: these choose nothing that shows. */
function checkWhen(option: string, when: string | undefined): void {
  if (when === undefined || /^(auto|always|never)$/.test(when)) return;
  throw new UsageError('operand', `invalid argument '${when}' for '--${option}'`);
}

function setPreserved(preserve: Preserved, list: string, isWanted: boolean): void {
  for (const word of list.split(',')) {
    switch (word) {
      case 'mode':
        preserve.mode = isWanted;
        break;
      case 'ownership':
        preserve.ownership = isWanted;
        break;
      case 'timestamps':
        preserve.times = isWanted;
        break;
      case 'links':
        preserve.links = isWanted;
        break;
      case 'xattr':
        preserve.xattrs = isWanted;
        break;
      case 'context':
        break;
      case 'all':
        for (const key of Object.keys(preserve) as (keyof Preserved)[]) preserve[key] = isWanted;
        break;
      default:
        throw invalidWord(word, '--preserve', ['mode', 'timestamps', 'ownership', 'links', 'context', 'xattr', 'all']);
    }
  }
}

/** `--parents`: the whole path of each source below the directory. */
async function copyWithParents(
  process: Process,
  options: ParsedOptions<CpOption>,
  copy: TreeCopy,
  report: Report,
): Promise<number> {
  const into = options.value('targetDirectory') ?? options.operands.at(-1) ?? '';
  const sources = options.has('targetDirectory') ? options.operands : options.operands.slice(0, -1);
  if (sources.length === 0) targetsOf(process, options);
  if (!isFolder(process, into)) throw new UsageError('operand', 'with --parents, the destination must be a directory');
  for (const source of sources) {
    const target = joinPath(into, withoutTrailingSlashes(source).replace(/^\/+/, ''));
    try {
      makeParents(process, directoryOf(target));
    } catch (error) {
      await report.fail(`cannot make directory ${quoted(directoryOf(target))}: ${causeOf(error)}`);
      continue;
    }
    await copy.copy(source, target);
  }
  return report.status;
}

function makeParents(process: Process, path: string): void {
  const missing: string[] = [];
  for (let at = path; !statIfThere(process, at); at = directoryOf(at)) missing.push(at);
  for (const directory of missing.reverse()) mkdir(process, directory);
}
