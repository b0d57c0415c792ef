import type { GitCall } from '../gitCall.ts';
import { fatal } from '../gitFault.ts';
import { Pathspec } from '../pathspec.ts';
import { statusOf, type UntrackedRule } from '../status.ts';
import { branchLine, longStatus, shortStatus } from '../statusText.ts';

/** git-status(1). */
export async function status(call: GitCall): Promise<number> {
  const options = call.options({
    options: {
      short: '-s --short',
      branch: '-b --branch',
      long: '--long',
      porcelain: '--porcelain[=VERSION]',
      untracked: '-u[=MODE] --untracked-files[=MODE]',
      ignored: '--ignored',
      zero: '-z',
    },
    notSimulated:
      '-v --verbose --show-stash --no-renames --find-renames[=N] --column[=HOW] --no-column --ahead-behind --no-ahead-behind --ignore-submodules[=WHEN] --renames -M[=N]',
  });
  const repository = await call.repository();
  const version = options.value('porcelain');
  if (version !== undefined && version !== 'v1' && version !== '1')
    throw fatal(`unsupported porcelain version '${version}'`);
  const untracked = untrackedRule(
    options.has('untracked') ? (options.value('untracked') ?? 'all') : undefined,
    repository.settings.get('status.showuntrackedfiles'),
  );
  const found = await statusOf(repository, { untracked, ignored: options.has('ignored') });
  const spec = new Pathspec(repository, options.operands);
  const shown = {
    staged: found.staged.filter(({ path }) => spec.matches(path)),
    unstaged: found.unstaged.filter(({ path }) => spec.matches(path)),
    untracked: found.untracked.filter((path) => spec.matches(path)),
    ignored: found.ignored.filter((path) => spec.matches(path)),
    conflicts: found.conflicts.filter((path) => spec.matches(path)),
  };
  const form = options.last('short', 'long', 'porcelain', 'zero');
  const isPlain = form === 'porcelain' || form === 'zero';
  const paint = isPlain ? call.paint('never') : call.paint();
  if (form === undefined || form === 'long') {
    await call.print(await longStatus(repository, shown, { paint, untracked }));
    return 0;
  }
  const separator = options.has('zero') ? '\0' : '\n';
  const base = isPlain ? '' : repository.prefix;
  if (options.has('branch')) await call.print((await branchLine(repository, paint)) + separator);
  await call.print(shortStatus(shown, { paint, base, separator }));
  return 0;
}

function untrackedRule(given: string | undefined, setting: string | undefined): UntrackedRule {
  const rule = given ?? setting ?? 'normal';
  if (rule !== 'no' && rule !== 'normal' && rule !== 'all') throw fatal(`Invalid untracked files mode '${rule}'`);
  return rule;
}
