import { isDirectory, isSymlink } from '../../vfs/overlay/fileMode.ts';
import type { Stat } from '../../vfs/overlay/stat.ts';
import { chown as changeOwner, lchown, lstat, readdir, stat } from '../kernel/calls.ts';
import type { Process } from '../kernel/process.ts';
import { type Accounts, readAccounts } from './accounts.ts';
import { causeOf } from './failure.ts';
import { type ParsedOptions, UsageError } from './options.ts';
import { joinPath } from './paths.ts';
import { keepsOffRoot } from './preserveRoot.ts';
import { quoted } from './quote.ts';
import { Report } from './report.ts';
import { utility } from './utility.ts';

const OPTIONS = {
  changes: '-c --changes',
  silent: '-f --silent --quiet',
  verbose: '-v --verbose',
  dereference: '--dereference',
  noDereference: '-h --no-dereference',
  from: '--from=CURRENT_OWNER:CURRENT_GROUP',
  noPreserveRoot: '--no-preserve-root',
  preserveRoot: '--preserve-root',
  reference: '--reference=RFILE',
  recursive: '-R --recursive',
  followOperands: '-H',
  followAll: '-L',
  followNone: '-P',
} as const;

type ChownOption = keyof typeof OPTIONS;

/** Undefined leaves an id as it is. */
interface Owner {
  readonly uid: number | undefined;
  readonly gid: number | undefined;
}

export const chown = utility({ options: OPTIONS, usage: '[OPTION]... [OWNER][:[GROUP]] FILE...' }, (process, options) =>
  run(process, options, 'owner'),
);

export const chgrp = utility({ options: OPTIONS, usage: '[OPTION]... GROUP FILE...' }, (process, options) =>
  run(process, options, 'group'),
);

async function run(process: Process, options: ParsedOptions<ChownOption>, what: 'owner' | 'group'): Promise<number> {
  const operands = [...options.operands];
  const accounts = await readAccounts(process);
  const isGnu = process.flavour === 'gnu';
  const reference = options.value('reference');
  let owner: Owner;
  if (reference !== undefined) owner = ownerOfFile(process, reference, what);
  else {
    const text = operands.shift();
    if (text === undefined) throw new UsageError('operand', isGnu ? 'missing operand' : '');
    if (operands.length === 0) throw new UsageError('operand', isGnu ? `missing operand after ${quoted(text)}` : '');
    owner = what === 'group' ? parseGroup(process, accounts, text) : parseOwner(process, accounts, text);
  }
  if (operands.length === 0) throw new UsageError('operand', isGnu ? 'missing operand' : '');
  const from = options.value('from');
  const change = new OwnerChange(process, options, accounts, what, owner, {
    uid: undefined,
    gid: undefined,
    ...(from !== undefined && parseOwner(process, accounts, from)),
  });
  const keepsRoot = options.has('recursive') && options.last('preserveRoot', 'noPreserveRoot') === 'preserveRoot';
  for (const operand of operands) {
    if (keepsRoot && (await keepsOffRoot(process, change.report, operand))) continue;
    await change.apply(operand, 'operand');
  }
  return change.report.status;
}

function ownerOfFile(process: Process, path: string, what: 'owner' | 'group'): Owner {
  try {
    const { uid, gid } = stat(process, path);
    return { uid: what === 'owner' ? uid : undefined, gid };
  } catch (error) {
    const message = `failed to get attributes of ${quoted(path)}: ${causeOf(error)}`;
    throw new UsageError('operand', message, { bare: true });
  }
}

function parseGroup(process: Process, accounts: Accounts, text: string): Owner {
  if (text === '' && process.flavour === 'gnu') return { uid: undefined, gid: undefined };
  const gid = accounts.gidOf(text);
  if (gid !== undefined) return { uid: undefined, gid };
  const message = process.flavour === 'gnu' ? `invalid group: ${quoted(text)}` : `unknown group ${text}`;
  throw new UsageError('operand', message, { bare: true });
}

/** `user`, `user:group`, `user:`, `:group`, and the old `user.group`. Throws UsageError. */
function parseOwner(process: Process, accounts: Accounts, text: string): Owner {
  const isGnu = process.flavour === 'gnu';
  let separator = text.indexOf(':');
  if (separator < 0 && text.includes('.') && accounts.uidOf(text) === undefined) separator = text.indexOf('.');
  const user = separator < 0 ? text : text.slice(0, separator);
  const group = separator < 0 ? undefined : text.slice(separator + 1);
  const uid = user === '' ? undefined : accounts.uidOf(user);
  if (user !== '' && uid === undefined) {
    const message = isGnu ? `invalid user: ${quoted(text)}` : `unknown user${separator < 0 ? '' : '/group'} ${text}`;
    throw new UsageError('operand', message, { bare: true });
  }
  if (group === undefined) return { uid, gid: undefined };
  if (group === '') {
    if (uid === undefined) return { uid, gid: undefined };
    const login = accounts.userById(uid);
    if (!login && isGnu) throw new UsageError('operand', `invalid spec: ${quoted(text)}`, { bare: true });
    return { uid, gid: login?.gid ?? uid };
  }
  const gid = accounts.gidOf(group);
  if (gid === undefined) {
    const message = isGnu ? `invalid group: ${quoted(text)}` : `unknown user/group ${text}`;
    throw new UsageError('operand', message, { bare: true });
  }
  return { uid, gid };
}

class OwnerChange {
  readonly report: Report;
  readonly #process: Process;
  readonly #options: ParsedOptions<ChownOption>;
  readonly #accounts: Accounts;
  readonly #what: 'owner' | 'group';
  readonly #owner: Owner;
  /** Only files of this owner are changed. */
  readonly #from: Owner;

  constructor(
    process: Process,
    options: ParsedOptions<ChownOption>,
    accounts: Accounts,
    what: 'owner' | 'group',
    owner: Owner,
    from: Owner,
  ) {
    this.report = new Report(process);
    this.#process = process;
    this.#options = options;
    this.#accounts = accounts;
    this.#what = what;
    this.#owner = owner;
    this.#from = from;
  }

  async apply(path: string, depth: 'operand' | 'inner'): Promise<void> {
    const process = this.#process;
    const isRecursive = this.#options.has('recursive');
    const walk = this.#options.last('followOperands', 'followAll', 'followNone') ?? 'followNone';
    const entersLinks = walk === 'followAll' || (walk === 'followOperands' && depth === 'operand');
    const keepsLinks = this.#options.last('dereference', 'noDereference');
    const changesLinks = keepsLinks === 'noDereference' || (keepsLinks === undefined && isRecursive && !entersLinks);
    if (process.isDue) await process.pause();
    let found: Stat;
    try {
      found = changesLinks ? lstat(process, path) : stat(process, path);
    } catch (error) {
      const isGnu = process.flavour === 'gnu';
      await this.#fail(isGnu ? `cannot access ${quoted(path)}` : path, error);
      return;
    }
    // The tree first: who gives a directory away may not enter it any more.
    if (isRecursive && isDirectory(found.mode)) await this.#applyInside(path);
    await this.#change(path, found, changesLinks);
  }

  async #applyInside(path: string): Promise<void> {
    try {
      for (const { name } of readdir(this.#process, path)) await this.apply(joinPath(path, name), 'inner');
    } catch (error) {
      await this.#fail(`cannot read directory ${quoted(path)}`, error);
    }
  }

  async #change(path: string, found: Stat, changesLinks: boolean): Promise<void> {
    const { uid, gid } = this.#owner;
    if (this.#from.uid !== undefined && this.#from.uid !== found.uid) return;
    if (this.#from.gid !== undefined && this.#from.gid !== found.gid) return;
    try {
      if (changesLinks || isSymlink(found.mode)) lchown(this.#process, path, uid, gid);
      else changeOwner(this.#process, path, uid, gid);
    } catch (error) {
      const isGnu = this.#process.flavour === 'gnu';
      const attribute = this.#what === 'group' || uid === undefined ? 'group' : 'ownership';
      await this.#fail(isGnu ? `changing ${attribute} of ${quoted(path)}` : path, error);
      return;
    }
    await this.#tell(path, found);
  }

  async #tell(path: string, found: Stat): Promise<void> {
    const { uid, gid } = this.#owner;
    const isChanged = (uid !== undefined && uid !== found.uid) || (gid !== undefined && gid !== found.gid);
    const isWanted = this.#options.has('verbose') || (this.#options.has('changes') && isChanged);
    if (!isWanted) return;
    const userName = (id: number) => this.#accounts.userName(id) ?? String(id);
    const groupName = (id: number) => this.#accounts.groupName(id) ?? String(id);
    const isGroup = uid === undefined;
    const before = isGroup
      ? groupName(found.gid)
      : gid === undefined
        ? userName(found.uid)
        : `${userName(found.uid)}:${groupName(found.gid)}`;
    const after = isGroup
      ? groupName(gid ?? found.gid)
      : gid === undefined
        ? userName(uid)
        : `${userName(uid)}:${groupName(gid)}`;
    const word = isGroup ? 'group' : 'ownership';
    const text = isChanged
      ? `changed ${word} of ${quoted(path)} from ${before} to ${after}`
      : `${word} of ${quoted(path)} retained as ${after}`;
    await this.#process.print(`${text}\n`);
  }

  async #fail(what: string, error: unknown): Promise<void> {
    const cause = causeOf(error);
    this.report.status = 1;
    if (!this.#options.has('silent')) await this.#process.complain(`${what}: ${cause}`);
  }
}
