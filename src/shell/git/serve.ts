import { peel } from '../../git/commit.ts';
import { type Advertisement, advertise, answerWants } from '../../git/uploadPack.ts';
import type { Process } from '../kernel/process.ts';
import type { Program } from '../kernel/program.ts';
import { GitFault } from './gitFault.ts';
import { absolutePath } from '../absolutePath.ts';
import { isRepository, Repository } from './repository.ts';
import { Settings } from './settings.ts';

/** A repository for others to read: its work tree's directory or the repository itself, `.git` left out or not.
 *  Undefined where there is none. */
export async function openToServe(process: Process, path: string): Promise<Repository | undefined> {
  const absolute = absolutePath(process.cwd, path);
  for (const gitDirectory of [`${absolute}/.git`, `${absolute}.git`, absolute, `${absolute}.git/.git`]) {
    if (!isRepository(process, gitDirectory)) continue;
    const settings = await Settings.read(process, gitDirectory, []);
    return Repository.open(process, { gitDirectory, workTree: undefined }, settings);
  }
  return undefined;
}

export async function advertisementOf({ refs, store }: Repository): Promise<Advertisement> {
  const head = await refs.head();
  const target = head.kind === 'branch' ? head.ref : undefined;
  const listed = await refs.list('refs/');
  const rows = [];
  for (const { ref, oid } of listed) {
    const commit = ref.startsWith('refs/tags/') ? await peel(store, oid) : oid;
    rows.push({ ref, oid, peeled: commit === oid ? undefined : commit });
  }
  return { refs: rows, head: head.oid === undefined ? undefined : { oid: head.oid, target } };
}

/** git-upload-pack(1), for one request and its answer (`--stateless-rpc`): what the other side of a clone over ssh
 *  runs. */
export const gitUploadPack: Program = async (process) => {
  const words = process.argv.slice(1);
  const options = words.filter((word) => word.startsWith('-'));
  const [path, extra] = words.filter((word) => !word.startsWith('-'));
  const known = new Set(['--stateless-rpc', '--http-backend-info-refs', '--advertise-refs', '--strict', '--no-strict']);
  const unknown = options.find((word) => !known.has(word));
  if (path === undefined || extra !== undefined || unknown !== undefined) {
    await process.write(2, 'usage: git-upload-pack [--stateless-rpc] [--advertise-refs] <directory>\n');
    return 129;
  }
  const advertises = options.includes('--advertise-refs') || options.includes('--http-backend-info-refs');
  if (!options.includes('--stateless-rpc') && !advertises) {
    await process.write(2, 'git-upload-pack: only --stateless-rpc is simulated\n');
    return 2;
  }
  try {
    const repository = await openToServe(process, path);
    if (!repository) {
      await process.write(2, `fatal: '${path}' does not appear to be a git repository\n`);
      return 128;
    }
    if (advertises) await process.print(advertise(await advertisementOf(repository)));
    else await process.print(await answerWants(repository.store, await process.readAll(0)));
    return 0;
  } catch (error) {
    if (!(error instanceof GitFault)) throw error;
    await process.write(2, `fatal: ${error.message}\n`);
    return 128;
  }
};
