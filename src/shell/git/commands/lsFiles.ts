import type { GitCall } from '../gitCall.ts';
import { GitFault } from '../gitFault.ts';
import { sidesOfIndex, sidesOfWorkTree } from '../fileSides.ts';
import { changesBetween } from '../fileChanges.ts';
import { Pathspec } from '../pathspec.ts';
import { quotePath } from '../quotePath.ts';
import { listUntracked } from '../status.ts';
import { shownPath } from '../statusText.ts';

/** git-ls-files(1). */
export async function lsFiles(call: GitCall): Promise<number> {
  const options = call.options({
    options: {
      cached: '-c --cached',
      deleted: '-d --deleted',
      modified: '-m --modified',
      others: '-o --others',
      ignored: '-i --ignored',
      stage: '-s --stage',
      unmerged: '-u --unmerged',
      excludeStandard: '--exclude-standard',
      directory: '--directory',
      zero: '-z',
      errorUnmatch: '--error-unmatch',
      fullName: '--full-name',
    },
    notSimulated:
      '-t -v -f --no-empty-directory -k --killed --resolve-undo -x --exclude=P -X --exclude-from=F --exclude-per-directory=F --eol --recurse-submodules --with-tree=T --abbrev[=N] --debug --deduplicate --sparse --format=F',
  });
  const repository = await call.repository();
  if (options.has('ignored') && !options.has('others'))
    throw new GitFault('plain', 'git ls-files: --ignored without --others is not simulated\n', 2);
  const spec = new Pathspec(repository, options.operands.length > 0 ? options.operands : ['.']);
  const end = options.has('zero') ? '\0' : '\n';
  const name = (path: string) => {
    const shown = shownPath(path, options.has('fullName') ? '' : repository.prefix);
    return options.has('zero') ? shown : quotePath(shown);
  };
  let text = '';
  const kinds = ['deleted', 'modified', 'others'] as const;
  const isPlain = !kinds.some((kind) => options.has(kind));
  if (options.has('others')) {
    const rule = options.has('directory') ? 'normal' : 'all';
    const found = await listUntracked(repository, rule, true);
    const paths = options.has('ignored')
      ? found.ignored
      : options.has('excludeStandard')
        ? found.untracked
        : [...found.untracked, ...found.ignored].sort();
    for (const path of paths) if (spec.matches(path)) text += name(path) + end;
  }
  const index = await repository.index();
  const withStage = options.has('stage') || options.has('unmerged');
  if (options.has('cached') || withStage || isPlain)
    for (const { path, mode, oid, stage } of index.entries()) {
      if (!spec.matches(path) || (options.has('unmerged') && stage === 0)) continue;
      text += `${withStage ? `${mode.toString(8)} ${oid} ${stage}\t` : ''}${name(path)}${end}`;
    }
  if (options.has('deleted') || options.has('modified')) {
    const changes = await changesBetween(await sidesOfIndex(repository), await sidesOfWorkTree(repository), {
      renames: false,
    });
    for (const { kind, path } of changes) {
      if (!spec.matches(path)) continue;
      if (options.has('deleted') && kind === 'D') text += name(path) + end;
      if (options.has('modified')) text += name(path) + end;
    }
  }
  await call.print(text);
  const [unused] = options.operands.length > 0 ? spec.unused : [];
  if (!options.has('errorUnmatch') || unused === undefined) return 0;
  throw new GitFault(
    'plain',
    `error: pathspec '${unused}' did not match any file(s) known to git\nDid you forget to 'git add'?\n`,
  );
}
