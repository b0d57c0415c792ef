import { makeDirectories, statIfThere, writeFile } from '../../kernel/calls.ts';
import type { Process } from '../../kernel/process.ts';
import type { GitCall } from '../gitCall.ts';
import { GitFault } from '../gitFault.ts';
import { absolutePath } from '../../absolutePath.ts';
import { isRefName } from '../refs.ts';
import { isRepository } from '../repository.ts';

const DESCRIPTION = "Unnamed repository; edit this file 'description' to name the repository.\n";
const EXCLUDE = `# git ls-files --others --exclude-from=.git/info/exclude
# Lines that start with '#' are comments.
# For a project mostly in C, the following would be a good set of
# exclude patterns (uncomment them if you want to use them):
# *.[oa]
# *~
`;
const HINT = `hint: Using 'master' as the name for the initial branch. This default branch name
hint: is subject to change. To configure the initial branch name to use in all
hint: of your new repositories, which will suppress this warning, call:
hint: 
hint: \tgit config --global init.defaultBranch <name>
hint: 
hint: Names commonly chosen instead of 'master' are 'main', 'trunk' and
hint: 'development'. The just-created branch can be renamed via this command:
hint: 
hint: \tgit branch -m <name>
`;

/** git-init(1). */
export async function init(call: GitCall): Promise<number> {
  const options = call.options({
    options: {
      quiet: '-q --quiet',
      bare: '--bare',
      branch: '-b --initial-branch=NAME',
    },
    notSimulated: '--template=DIR --separate-git-dir=DIR --shared[=HOW] --object-format=FORMAT',
  });
  const [directory = '.', extra] = options.operands;
  if (extra !== undefined)
    throw new GitFault('plain', 'usage: git init [-q] [--bare] [-b <branch>] [<directory>]\n', 129);
  const { process } = call;
  const workTree = absolutePath(process.cwd, directory);
  const isBare = options.has('bare');
  const gitDirectory = isBare ? workTree : `${workTree}/.git`;
  const settings = await call.settings();
  const given = options.value('branch') ?? settings.get('init.defaultbranch');
  if (given !== undefined && !isRefName(given)) throw new GitFault('fatal', `invalid initial branch name: '${given}'`);
  const isThere = isRepository(process, gitDirectory);
  if (!isThere) {
    await makeRepository(process, gitDirectory, given ?? 'master', isBare ? 'bare' : 'workTree');
    if (given === undefined && !options.has('quiet')) await call.tell(HINT);
  }
  const what = isThere ? 'Reinitialized existing' : 'Initialized empty';
  if (!options.has('quiet')) await call.print(`${what} Git repository in ${gitDirectory}/\n`);
  return 0;
}

/** The files of an empty repository (gitrepository-layout(5)). */
export async function makeRepository(
  process: Process,
  gitDirectory: string,
  branch: string,
  form: 'bare' | 'workTree',
): Promise<void> {
  for (const inner of ['branches', 'hooks', 'info', 'objects/info', 'objects/pack', 'refs/heads', 'refs/tags'])
    makeDirectories(process, `${gitDirectory}/${inner}`);
  const put = async (name: string, text: string) => {
    if (!statIfThere(process, `${gitDirectory}/${name}`)) await writeFile(process, `${gitDirectory}/${name}`, text);
  };
  const isBare = form === 'bare';
  await put('HEAD', `ref: refs/heads/${branch}\n`);
  await put(
    'config',
    `[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = ${isBare}\n${isBare ? '' : '\tlogallrefupdates = true\n'}`,
  );
  await put('description', DESCRIPTION);
  await put('info/exclude', EXCLUDE);
}
