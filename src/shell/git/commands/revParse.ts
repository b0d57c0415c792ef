import type { GitCall } from '../gitCall.ts';
import { fatal, GitFault } from '../gitFault.ts';
import type { Repository } from '../repository.ts';
import { rangeOf, resolveRevision, unknownRevision, upstreamOf } from '../revisions.ts';

/** git-rev-parse(1). Options take effect on what stands behind them. */
export async function revParse(call: GitCall): Promise<number> {
  const state: State = { short: undefined, form: 'id', verify: false, isQuiet: false };
  let repository: Repository | undefined;
  for (const word of call.words) {
    if (word === '--is-inside-work-tree' || word === '--is-inside-git-dir') {
      const place = await call.place();
      if (!place) throw fatal('not a git repository (or any of the parent directories): .git');
    }
    repository ??= await call.repository();
    if (takesEffect(state, word)) continue;
    const told = await placeText(repository, word);
    if (told !== undefined) await call.print(told);
    else if (word.startsWith('--'))
      throw new GitFault('plain', `git rev-parse: option '${word}' is not simulated\n`, 2);
    else await call.print(await revisionText(repository, word, state));
  }
  return 0;
}

interface State {
  short: number | undefined;
  form: 'id' | 'abbrevRef' | 'symbolicFullName';
  verify: boolean;
  isQuiet: boolean;
}

function takesEffect(state: State, word: string): boolean {
  const short = /^--short(?:=(\d+))?$/.exec(word);
  if (short) state.short = Number(short[1] ?? 0);
  else if (word === '--abbrev-ref') state.form = 'abbrevRef';
  else if (word === '--symbolic-full-name') state.form = 'symbolicFullName';
  else if (word === '--verify') state.verify = true;
  else if (word === '-q' || word === '--quiet') state.isQuiet = true;
  else return false;
  return true;
}

async function placeText(repository: Repository, word: string): Promise<string | undefined> {
  const { process, gitDirectory } = repository;
  const isInside = process.cwd === gitDirectory || process.cwd.startsWith(`${gitDirectory}/`);
  switch (word) {
    case '--show-toplevel':
      return `${repository.workTree}\n`;
    case '--git-dir':
      return `${process.cwd === gitDirectory.replace(/\/\.git$/, '') ? '.git' : process.cwd === gitDirectory ? '.' : gitDirectory}\n`;
    case '--absolute-git-dir':
      return `${gitDirectory}\n`;
    case '--show-prefix':
      return `${repository.prefix}\n`;
    case '--show-cdup':
      return `${'../'.repeat(repository.prefix.split('/').length - 1)}\n`;
    case '--is-inside-work-tree':
      return `${!repository.isBare && !isInside}\n`;
    case '--is-inside-git-dir':
      return `${isInside}\n`;
    case '--is-bare-repository':
      return `${repository.isBare}\n`;
    case '--is-shallow-repository':
      return `${(await repository.store.fs.promises.stat(`${gitDirectory}/shallow`).catch(() => undefined)) !== undefined}\n`;
    default:
      return undefined;
  }
}

async function revisionText(repository: Repository, word: string, state: State): Promise<string> {
  if (state.form !== 'id') return `${await refName(repository, word, state.form)}\n`;
  const shown = async (oid: string) => {
    if (state.short === undefined) return oid;
    const short = await repository.short(oid);
    return oid.slice(0, Math.max(short.length, state.short === 0 ? 7 : state.short));
  };
  const range = rangeOf(word);
  if (range && !state.verify) {
    const [from, to] = [await resolveRevision(repository, range.from), await resolveRevision(repository, range.to)];
    if (from !== undefined && to !== undefined) return `${await shown(to)}\n^${await shown(from)}\n`;
  }
  const oid = await resolveRevision(repository, word);
  if (oid !== undefined) return `${await shown(oid)}\n`;
  if (state.verify) throw state.isQuiet ? new GitFault('quiet', '', 1) : fatal('Needed a single revision');
  // It is told before it is refused.
  await repository.process.print(`${word}\n`);
  throw unknownRevision(word);
}

async function refName(repository: Repository, word: string, form: State['form']): Promise<string> {
  const upstream = /^(.*)@\{(?:u|upstream)\}$/.exec(word);
  if (upstream) {
    const found = await upstreamOf(repository, upstream[1]);
    if (!found) throw fatal(`no upstream configured for branch '${upstream[1]}'`);
    return form === 'abbrevRef' ? found.shown : found.ref;
  }
  if (word === 'HEAD' || word === '@') {
    const head = await repository.refs.head();
    if (head.kind === 'detached') return 'HEAD';
    if (head.oid === undefined) {
      await repository.process.print('HEAD\n');
      throw unknownRevision('HEAD');
    }
    return form === 'abbrevRef' ? head.branch : head.ref;
  }
  const found = await repository.refs.find(word);
  if (!found) {
    await repository.process.print(`${word}\n`);
    throw unknownRevision(word);
  }
  return form === 'abbrevRef' ? found.ref.replace(/^refs\/(heads|tags|remotes)\//, '') : found.ref;
}
