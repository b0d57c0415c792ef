import { httpClientOf } from '../../../git/gitTransport.ts';
import type { GitCall } from '../gitCall.ts';
import { fatal, GitFault } from '../gitFault.ts';
import { reachableSet } from '../history.ts';
import { remoteFault } from '../remoteFault.ts';
import { remotePlace } from '../remoteTransport.ts';
import type { Repository } from '../repository.ts';
import { upstreamOf } from '../revisions.ts';
import { mergeInto } from './merge.ts';

export interface FetchForm {
  readonly depth?: number | undefined;
  /** Only this branch or tag. */
  readonly only?: string | undefined;
  readonly prunes?: boolean;
  readonly withTags?: boolean;
  readonly isQuiet?: boolean;
  /** Whether branches are told that are as they were. */
  readonly tellsUnchanged?: boolean;
}

/** git-fetch(1), of one remote. */
export async function fetch(call: GitCall): Promise<number> {
  const options = call.options({
    options: {
      all: '--all',
      depth: '--depth=N',
      prune: '-p --prune',
      tags: '-t --tags',
      noTags: '-n --no-tags',
      quiet: '-q --quiet',
      verbose: '-v --verbose',
    },
    notSimulated:
      '--unshallow --deepen=N --shallow-since=D --shallow-exclude=R --dry-run -f --force -k --keep --multiple --append -a --atomic -j --jobs=N --prune-tags -P --recurse-submodules[=X] --set-upstream -u --update-head-ok --upload-pack=P --progress --no-progress -o --server-option=O --show-forced-updates -4 --ipv4 -6 --ipv6 --filter=F --refmap=R --negotiation-tip=C --update-shallow',
  });
  const repository = await call.repository();
  const names = options.has('all')
    ? repository.settings.subsections('remote')
    : [options.operands[0] ?? (await defaultRemote(repository))];
  const [given] = options.operands;
  if (given === undefined && !names.some((name) => repository.settings.get(`remote.${name}.url`) !== undefined))
    return 0;
  const depth = options.value('depth');
  if (depth !== undefined && !/^[1-9]\d*$/.test(depth)) throw fatal(`depth ${depth} is not a positive number`);
  for (const name of names)
    await fetchRemote(call, repository, name, {
      depth: depth === undefined ? undefined : Number(depth),
      only: options.operands[1],
      prunes: options.has('prune'),
      withTags: !options.has('noTags'),
      isQuiet: options.has('quiet'),
      tellsUnchanged: options.has('verbose'),
    });
  return 0;
}

async function defaultRemote(repository: Repository): Promise<string> {
  const head = await repository.refs.head();
  const branch = head.kind === 'branch' ? head.branch : '';
  return repository.settings.get(`branch.${branch}.remote`) ?? 'origin';
}

/** Fetches what a remote has, and tells what changed. */
export async function fetchRemote(
  call: GitCall,
  repository: Repository,
  name: string,
  form: FetchForm = {},
): Promise<void> {
  const url = repository.settings.get(`remote.${name}.url`);
  if (url === undefined)
    throw fatal(
      `'${name}' does not appear to be a git repository\nfatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights\nand the repository exists.`,
    );
  const before = await knownRefs(repository, name);
  await receive(call, repository, name, url, form);
  const after = await knownRefs(repository, name);
  if (form.isQuiet) return;
  const lines = await changedLines(repository, name, before, after, form.tellsUnchanged ?? false);
  if (lines.length > 0) await call.tell(`From ${url.replace(/\/?(\.git)?\/?$/, '')}\n${lines.join('')}`);
}

async function knownRefs(repository: Repository, name: string): Promise<Map<string, string>> {
  const refs = [
    ...(await repository.refs.list(`refs/remotes/${name}/`)),
    ...(await repository.refs.list('refs/tags/')),
  ];
  const plain = refs.filter(({ ref }) => ref !== `refs/remotes/${name}/HEAD`);
  return new Map(plain.map(({ ref, oid }) => [ref, oid]));
}

/** Takes objects and refs over. Gives the remote's own branch, `refs/heads/…`, and the commit that was fetched. */
export async function receive(
  call: GitCall,
  repository: Repository,
  name: string,
  url: string,
  form: FetchForm,
): Promise<{ readonly defaultBranch: string | undefined; readonly fetchHead: string | undefined }> {
  const place = remotePlace(call.process, url);
  const showsProgress = call.process.file(2).isTerminal && place.kind !== 'local' && !form.isQuiet;
  try {
    const found = await repository.store.git.fetch({
      ...repository.store.place,
      http: httpClientOf(place.transport),
      url: place.url,
      remote: name,
      tags: form.withTags ?? true,
      prune: form.prunes ?? false,
      singleBranch: form.only !== undefined,
      ...(form.only !== undefined && { ref: form.only, remoteRef: form.only }),
      ...(form.depth !== undefined && { depth: form.depth }),
      ...(showsProgress && {
        onMessage: (text: string) => call.tell(`remote: ${text.replace(/\n?$/, '\n')}`),
      }),
    });
    return { defaultBranch: found.defaultBranch ?? undefined, fetchHead: found.fetchHead ?? undefined };
  } catch (error) {
    throw remoteFault(error, url);
  }
}

const LEAST_NAME = 10;
/** `1234567..89abcde` and a blank. */
const SUMMARY = 17;

async function changedLines(
  repository: Repository,
  remote: string,
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
  tellsUnchanged: boolean,
): Promise<string[]> {
  const rows: { mark: string; summary: string; from: string; to: string; note: string }[] = [];
  const shortName = (ref: string) => ref.replace(`refs/remotes/${remote}/`, '').replace('refs/tags/', '');
  const shownName = (ref: string) => ref.replace('refs/remotes/', '').replace('refs/tags/', '');
  for (const [ref] of before)
    if (!after.has(ref)) rows.push({ mark: '-', summary: '[deleted]', from: '(none)', to: shownName(ref), note: '' });
  for (const [ref, oid] of after) {
    const old = before.get(ref);
    const names = { from: shortName(ref), to: shownName(ref) };
    if (old === oid) {
      const isTold = tellsUnchanged && !ref.startsWith('refs/tags/');
      if (isTold) rows.push({ mark: '=', summary: '[up to date]', ...names, note: '' });
      continue;
    }
    if (old === undefined) {
      const kind = ref.startsWith('refs/tags/') ? '[new tag]' : '[new branch]';
      rows.push({ mark: '*', summary: kind, ...names, note: '' });
      continue;
    }
    const isForward = (await reachableSet(repository, [oid])).has(old);
    const [a, b] = [await repository.short(old), await repository.short(oid)];
    if (isForward) rows.push({ mark: ' ', summary: `${a}..${b}`, ...names, note: '' });
    else rows.push({ mark: '+', summary: `${a}...${b}`, ...names, note: '  (forced update)' });
  }
  const width = Math.max(LEAST_NAME, ...rows.map(({ from }) => from.length));
  return rows.map(
    ({ mark, summary, from, to, note }) =>
      ` ${mark} ${summary.padEnd(SUMMARY)} ${from.padEnd(width)} -> ${to}${note}\n`,
  );
}

/** git-pull(1): fetches, and merges what the branch follows. */
export async function pull(call: GitCall): Promise<number> {
  const options = call.options({
    options: { ffOnly: '--ff-only', noFf: '--no-ff', ff: '--ff', quiet: '-q --quiet', noRebase: '--no-rebase' },
    notSimulated:
      '-r --rebase[=HOW] --autostash --no-autostash --squash --no-commit --commit -e --edit --no-edit -s --strategy=S -X --strategy-option=O --stat -n --no-stat --log[=N] --signoff --verify-signatures --allow-unrelated-histories --all -a --append --depth=N --unshallow --tags -t --prune -p -v --verbose --dry-run -f --force',
  });
  const repository = await call.repository();
  const head = await repository.refs.head();
  if (head.kind === 'detached')
    throw new GitFault(
      'plain',
      'You are not currently on a branch.\nPlease specify which branch you want to merge with.\nSee git-pull(1) for details.\n\n    git pull <remote> <branch>\n\n',
    );
  const [name = await defaultRemote(repository), branch] = options.operands;
  await fetchRemote(call, repository, name, { isQuiet: options.has('quiet'), only: branch });
  const target =
    branch === undefined
      ? (await upstreamOf(repository))?.oid
      : await repository.refs.resolve(`refs/remotes/${name}/${branch}`);
  if (target === undefined)
    throw new GitFault(
      'plain',
      `There is no tracking information for the current branch.\nPlease specify which branch you want to merge with.\nSee git-pull(1) for details.\n\n    git pull <remote> <branch>\n\nIf you wish to set tracking information for this branch you can do so with:\n\n    git branch --set-upstream-to=${name}/<branch> ${head.branch}\n\n`,
    );
  const url = repository.settings.get(`remote.${name}.url`) ?? name;
  const shown = branch ?? repository.settings.get(`branch.${head.branch}.merge`)?.replace('refs/heads/', '') ?? '';
  return mergeInto(call, await call.repository(), target, {
    label: target,
    message: `Merge branch '${shown}' of ${url}\n`,
    forward:
      options.has('ffOnly') ||
      (options.last('ff', 'noFf', 'noRebase') === undefined &&
        repository.settings.get('pull.rebase') === undefined &&
        repository.settings.get('pull.ff') === undefined)
        ? 'pull'
        : options.has('noFf')
          ? 'never'
          : 'maybe',
    isOnlyForward: options.has('ffOnly') || repository.settings.get('pull.ff') === 'only',
    isQuiet: options.has('quiet'),
  });
}
