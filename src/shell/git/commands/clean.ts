import { Report } from '../../utilities/report.ts';
import { removeTree } from '../../utilities/removeTree.ts';
import type { GitCall } from '../gitCall.ts';
import { fatal } from '../gitFault.ts';
import { Pathspec } from '../pathspec.ts';
import { quotePath } from '../quotePath.ts';
import { listUntracked } from '../status.ts';
import { shownPath } from '../statusText.ts';

/** git-clean(1). */
export async function clean(call: GitCall): Promise<number> {
  const options = call.options({
    options: {
      directories: '-d',
      force: '-f --force',
      dryRun: '-n --dry-run',
      quiet: '-q --quiet',
      ignoredToo: '-x',
      onlyIgnored: '-X',
    },
    notSimulated: '-i --interactive -e --exclude=PATTERN',
  });
  const repository = await call.repository();
  if (!options.has('force') && !options.has('dryRun') && repository.settings.isTrue('clean.requireforce', true))
    throw fatal('clean.requireForce defaults to true and neither -i, -n, nor -f given; refusing to clean');
  const { untracked, ignored } = await listUntracked(repository, 'normal', true);
  const found = [
    ...(options.has('onlyIgnored') ? [] : untracked),
    ...(options.has('ignoredToo') || options.has('onlyIgnored') ? ignored : []),
  ].sort();
  const spec = new Pathspec(repository, options.operands.length > 0 ? options.operands : ['.']);
  const kept = options.has('ignoredToo') ? [] : ignored;
  const all = (await listUntracked(repository, 'all', false)).untracked;
  const report = new Report(call.process);
  for (const path of found.flatMap((one) => parted(one, all, kept))) {
    const isInside = path.endsWith('/') || !found.includes(path);
    if (!spec.matches(path) || (isInside && !options.has('directories') && options.operands.length === 0)) continue;
    const verb = options.has('dryRun') ? 'Would remove' : 'Removing';
    if (!options.has('quiet') || options.has('dryRun'))
      await call.print(`${verb} ${quotePath(shownPath(path, repository.prefix))}\n`);
    if (!options.has('dryRun')) await removeTree(call.process, repository.absolute(path.replace(/\/$/, '')), report);
  }
  return report.status;
}

/** A directory as what may go of it, where ignored files in it stay. */
function parted(path: string, all: readonly string[], kept: readonly string[]): string[] {
  if (!path.endsWith('/') || !kept.some((one) => one.startsWith(path) && one !== path)) return [path];
  const inner = new Set<string>();
  for (const file of all) {
    if (!file.startsWith(path)) continue;
    const slash = file.indexOf('/', path.length);
    inner.add(slash < 0 ? file : file.slice(0, slash + 1));
  }
  return [...inner].flatMap((one) => parted(one, all, kept));
}
