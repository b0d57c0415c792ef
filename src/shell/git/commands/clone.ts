import { peel } from '../../../git/commit.ts';
import { isDirectory } from '../../../vfs/overlay/fileMode.ts';
import { lstatIfThere, makeDirectories, readdir, rmdir, statIfThere } from '../../kernel/calls.ts';
import { Report } from '../../utilities/report.ts';
import { removeTree } from '../../utilities/removeTree.ts';
import { forceFiles } from '../checkoutFiles.ts';
import type { GitCall } from '../gitCall.ts';
import { fatal, GitFault } from '../gitFault.ts';
import { absolutePath } from '../../absolutePath.ts';
import { noteHead } from '../reflog.ts';
import type { Repository } from '../repository.ts';
import { openToServe } from '../serve.ts';
import { readSettings, saveSettings } from '../settings.ts';
import { writeUpstream } from '../upstream.ts';
import { ADVICE } from './checkout.ts';
import { receive } from './fetch.ts';
import { makeRepository } from './init.ts';
import { addRemote } from './remote.ts';

interface Wanted {
  readonly url: string;
  readonly target: string;
  readonly origin: string;
  readonly branch: string | undefined;
  readonly depth: number | undefined;
  readonly isSingle: boolean;
  readonly isBare: boolean;
  readonly isQuiet: boolean;
  readonly withTags: boolean;
  readonly checksOut: boolean;
}

/** git-clone(1). */
export async function clone(call: GitCall): Promise<number> {
  const options = call.options({
    options: {
      branch: '-b --branch=BRANCH',
      depth: '--depth=N',
      singleBranch: '--single-branch',
      noSingleBranch: '--no-single-branch',
      bare: '--bare',
      quiet: '-q --quiet',
      origin: '-o --origin=NAME',
      noTags: '--no-tags',
      noCheckout: '-n --no-checkout',
    },
    notSimulated:
      '-v --verbose --progress --mirror -l --local --no-local --no-hardlinks -s --shared --recurse-submodules[=P] --recursive[=P] -j --jobs=N --template=D --reference=R --reference-if-able=R --dissociate -u --upload-pack=P --shallow-since=D --shallow-exclude=R --shallow-submodules --separate-git-dir=D -c --config=C --server-option=O -4 --ipv4 -6 --ipv6 --filter=F --also-filter-submodules --remote-submodules --sparse --bundle-uri=U --reject-shallow',
  });
  const [source, directory, extra] = options.operands;
  if (source === undefined)
    throw new GitFault(
      'plain',
      'fatal: You must specify a repository to clone.\n\nusage: git clone [<options>] [--] <repo> [<dir>]\n',
      129,
    );
  if (extra !== undefined)
    throw new GitFault(
      'plain',
      'fatal: Too many arguments.\n\nusage: git clone [<options>] [--] <repo> [<dir>]\n',
      129,
    );
  const depth = options.value('depth');
  if (depth !== undefined && !/^[1-9]\d*$/.test(depth)) throw fatal(`depth ${depth} is not a positive number`);
  const { process } = call;
  const isBare = options.has('bare');
  const name = directory ?? nameOf(source) + (isBare ? '.git' : '');
  const local = /^[a-z]+:\/\/|^[^/]+:/.test(source) ? undefined : await openToServe(process, source);
  if (!local && !/^[a-z]+:\/\/|^[^/]+:/.test(source)) throw fatal(`repository '${source}' does not exist`);
  const wanted: Wanted = {
    url: local ? absolutePath(process.cwd, source) : source,
    target: absolutePath(process.cwd, name),
    origin: options.value('origin') ?? 'origin',
    branch: options.value('branch'),
    depth: depth === undefined || local ? undefined : Number(depth),
    isSingle: options.has('singleBranch') || (depth !== undefined && !local && !options.has('noSingleBranch')),
    isBare,
    isQuiet: options.has('quiet'),
    withTags: !options.has('noTags'),
    checksOut: !isBare && !options.has('noCheckout'),
  };
  const there = lstatIfThere(process, wanted.target);
  if (there && (!isDirectory(there.mode) || readdir(process, wanted.target).length > 0))
    throw fatal(`destination path '${name}' already exists and is not an empty directory.`);
  if (!wanted.isQuiet) await call.tell(`Cloning into ${isBare ? 'bare repository ' : ''}'${name}'...\n`);
  if (depth !== undefined && local)
    await call.tell('warning: --depth is ignored in local clones; use file:// instead.\n');
  try {
    await cloneInto(call, wanted);
  } catch (error) {
    await clearAway(call, wanted.target, there !== undefined);
    throw error;
  }
  if (!wanted.isQuiet && local) await call.tell('done.\n');
  return 0;
}

/** The last part of an address, without `.git`. */
function nameOf(url: string): string {
  const plain = url
    .replace(/\/+$/, '')
    .replace(/\/\.git$/, '')
    .replace(/\/+$/, '');
  const last = plain.split(/[/:]/).at(-1) ?? '';
  const name = last.replace(/\.git$/, '');
  if (name === '') throw fatal(`No directory name could be guessed.\nPlease specify a directory on the command line`);
  return name;
}

/** Nothing half-made stays. */
async function clearAway({ process }: GitCall, target: string, wasThere: boolean): Promise<void> {
  if (!statIfThere(process, target)) return;
  const report = new Report(process);
  for (const { name } of readdir(process, target)) await removeTree(process, `${target}/${name}`, report);
  if (!wasThere) rmdir(process, target);
}

async function cloneInto(call: GitCall, wanted: Wanted): Promise<void> {
  const { process } = call;
  const gitDirectory = wanted.isBare ? wanted.target : `${wanted.target}/.git`;
  makeDirectories(process, wanted.target);
  await makeRepository(process, gitDirectory, 'master', wanted.isBare ? 'bare' : 'workTree');
  const place = { gitDirectory, workTree: wanted.isBare ? undefined : wanted.target };
  await addRemote(await call.open(place), wanted.origin, wanted.url);
  const repository = await call.open(place);
  const found = await receive(call, repository, wanted.origin, wanted.url, {
    depth: wanted.depth,
    only: wanted.branch ?? (wanted.isSingle ? 'HEAD' : undefined),
    withTags: wanted.withTags,
    isQuiet: wanted.isQuiet,
  }).catch((error: unknown) => {
    const isMissing = error instanceof GitFault && error.message.startsWith("couldn't find remote ref");
    if (isMissing && wanted.branch !== undefined)
      throw fatal(`Remote branch ${wanted.branch} not found in upstream ${wanted.origin}`);
    throw error;
  });
  if (wanted.branch !== undefined && !wanted.isSingle)
    await receive(call, repository, wanted.origin, wanted.url, { withTags: wanted.withTags, isQuiet: true });
  if (found.fetchHead === undefined) {
    await call.tell('warning: You appear to have cloned an empty repository.\n');
    return;
  }
  await pointHead(repository, wanted, found.defaultBranch, found.fetchHead);
  if (wanted.checksOut) await checkOut(call, await call.open(place), wanted);
}

/** HEAD is the remote's own branch, or the one that was asked for; a tag leaves it detached. */
async function pointHead(
  repository: Repository,
  { origin, branch, url, isBare }: Wanted,
  defaultBranch: string | undefined,
  fetchHead: string,
): Promise<void> {
  const { refs } = repository;
  const own = defaultBranch?.replace(/^refs\/heads\//, '');
  const name = branch ?? own;
  const oid = name === undefined ? undefined : await refs.resolve(`refs/remotes/${origin}/${name}`);
  if (own !== undefined && (await refs.resolve(`refs/remotes/${origin}/${own}`)) !== undefined && !isBare)
    await refs.point(`refs/remotes/${origin}/HEAD`, `refs/remotes/${origin}/${own}`);
  if (isBare) {
    for (const { ref, oid: id } of await refs.list(`refs/remotes/${origin}/`)) {
      const short = ref.slice(`refs/remotes/${origin}/`.length);
      if (short !== 'HEAD') await refs.write(`refs/heads/${short}`, id);
      await refs.delete(ref);
    }
    const path = `${repository.gitDirectory}/config`;
    const file = await readSettings(repository.process, path);
    file.unset(`remote.${origin}.fetch`);
    await saveSettings(repository.process, path, file);
    await refs.point('HEAD', `refs/heads/${name ?? 'master'}`);
    return;
  }
  if (name === undefined || oid === undefined) {
    const tag = name === undefined ? fetchHead : await refs.resolve(`refs/tags/${name}`);
    const commit = await peel(repository.store, tag ?? fetchHead);
    await refs.write('HEAD', commit);
    await noteHead(repository, undefined, commit, `clone: from ${url}`);
    return;
  }
  await refs.write(`refs/heads/${name}`, oid);
  await refs.point('HEAD', `refs/heads/${name}`);
  await noteHead(repository, undefined, oid, `clone: from ${url}`);
  await writeUpstream(repository, name, origin, name);
}

async function checkOut(call: GitCall, repository: Repository, { branch, isQuiet }: Wanted): Promise<void> {
  const head = await repository.refs.head();
  if (head.oid === undefined) {
    await call.tell('warning: remote HEAD refers to nonexistent ref, unable to checkout.\n');
    return;
  }
  if (head.kind === 'detached' && !isQuiet && branch !== undefined) {
    await call.tell(`Note: switching to '${head.oid}'.\n${ADVICE}`);
  }
  await forceFiles(repository, await repository.filesOf(head.oid));
}
