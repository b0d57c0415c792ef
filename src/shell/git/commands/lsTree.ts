import { isTreeMode, parseTree } from '../../../git/tree.ts';
import type { GitCall } from '../gitCall.ts';
import { fatal, GitFault } from '../gitFault.ts';
import { quotePath } from '../quotePath.ts';
import { resolveRevision } from '../revisions.ts';

/** git-ls-tree(1), from the root of the tree. */
export async function lsTree(call: GitCall): Promise<number> {
  const options = call.options({
    options: {
      recursive: '-r',
      trees: '-d',
      showTrees: '-t',
      long: '-l --long',
      zero: '-z',
      nameOnly: '--name-only --name-status',
      objectOnly: '--object-only',
      fullTree: '--full-tree',
    },
    notSimulated: '--full-name --abbrev[=N] --format=F',
  });
  const repository = await call.repository();
  const [revision, ...paths] = options.operands;
  if (revision === undefined)
    throw new GitFault('plain', 'usage: git ls-tree [<options>] <tree-ish> [<path>...]\n', 129);
  if (!repository.isBare && repository.prefix !== '' && !options.has('fullTree'))
    throw new GitFault(
      'plain',
      'git ls-tree: below the top of the work tree is not simulated without --full-tree\n',
      2,
    );
  const root = await resolveRevision(repository, `${revision}^{tree}`);
  if (root === undefined) throw fatal(`Not a valid object name ${revision}`);
  const end = options.has('zero') ? '\0' : '\n';
  const wants = (path: string) => paths.length === 0 || paths.some((one) => isWithin(path, one));
  const enters = (path: string) => paths.some((one) => one.startsWith(`${path}/`));
  const list = async (oid: string, prefix: string): Promise<void> => {
    for (const entry of parseTree(await repository.store.readAs(oid, 'tree'))) {
      const path = prefix + entry.name;
      const isTree = isTreeMode(entry.mode);
      const isEntered = isTree && (enters(path) || (options.has('recursive') && wants(path)));
      if (wants(path) && (isTree ? !isEntered || options.has('showTrees') : !options.has('trees'))) {
        const name = options.has('zero') ? path : quotePath(path);
        const type = isTree ? 'tree' : entry.mode === 0o160000 ? 'commit' : 'blob';
        const size = options.has('long')
          ? ` ${type === 'blob' ? String((await repository.store.read(entry.oid)).content.length).padStart(7) : '      -'}`
          : '';
        if (options.has('nameOnly')) await call.print(name + end);
        else if (options.has('objectOnly')) await call.print(entry.oid + end);
        else await call.print(`${entry.mode.toString(8).padStart(6, '0')} ${type} ${entry.oid}${size}\t${name}${end}`);
      }
      if (isEntered) await list(entry.oid, `${path}/`);
    }
  };
  await list(root, '');
  return 0;
}

function isWithin(path: string, given: string): boolean {
  const plain = given.replace(/\/$/, '');
  return given.endsWith('/') ? path.startsWith(given) : path === plain || path.startsWith(`${plain}/`);
}
