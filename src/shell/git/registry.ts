import type { GitCall } from './gitCall.ts';

export type GitCommand = (call: GitCall) => Promise<number>;

interface Entry {
  readonly load: () => Promise<GitCommand>;
  /** Whether its output goes through a pager. */
  readonly pages?: (words: readonly string[]) => boolean;
}

const always = () => true;
const whenListing = (words: readonly string[]) => words.every((word) => /^-(a|r|v|vv|l|n\d*)$|^--list$/.test(word));

/** Every command, loaded when it is first run. In the order of names. */
export const COMMANDS: Readonly<Record<string, Entry>> = {
  add: { load: async () => (await import('./commands/add.ts')).add },
  branch: { load: async () => (await import('./commands/branch.ts')).branch, pages: whenListing },
  'cat-file': { load: async () => (await import('./commands/catFile.ts')).catFile },
  checkout: { load: async () => (await import('./commands/checkout.ts')).checkout },
  clean: { load: async () => (await import('./commands/clean.ts')).clean },
  clone: { load: async () => (await import('./commands/clone.ts')).clone },
  commit: { load: async () => (await import('./commands/commit.ts')).commit },
  config: { load: async () => (await import('./commands/config.ts')).config },
  describe: { load: async () => (await import('./commands/describe.ts')).describe },
  diff: { load: async () => (await import('./commands/diff.ts')).diff, pages: always },
  fetch: { load: async () => (await import('./commands/fetch.ts')).fetch },
  'hash-object': { load: async () => (await import('./commands/catFile.ts')).hashObject },
  init: { load: async () => (await import('./commands/init.ts')).init },
  log: { load: async () => (await import('./commands/log.ts')).log, pages: always },
  'ls-files': { load: async () => (await import('./commands/lsFiles.ts')).lsFiles },
  'ls-remote': { load: async () => (await import('./commands/lsRemote.ts')).lsRemote },
  'ls-tree': { load: async () => (await import('./commands/lsTree.ts')).lsTree },
  merge: { load: async () => (await import('./commands/merge.ts')).merge },
  mv: { load: async () => (await import('./commands/mv.ts')).mv },
  pull: { load: async () => (await import('./commands/fetch.ts')).pull },
  remote: { load: async () => (await import('./commands/remote.ts')).remote },
  reset: { load: async () => (await import('./commands/reset.ts')).reset },
  restore: { load: async () => (await import('./commands/restore.ts')).restore },
  'rev-list': { load: async () => (await import('./commands/revList.ts')).revList },
  'rev-parse': { load: async () => (await import('./commands/revParse.ts')).revParse },
  rm: { load: async () => (await import('./commands/rm.ts')).rm },
  show: { load: async () => (await import('./commands/show.ts')).show, pages: always },
  status: { load: async () => (await import('./commands/status.ts')).status },
  switch: { load: async () => (await import('./commands/checkout.ts')).switch_ },
  tag: { load: async () => (await import('./commands/tag.ts')).tag, pages: whenListing },
};

/** What the real git has and this one has not. */
export const REAL_COMMANDS: ReadonlySet<string> = new Set(
  'am apply archive bisect blame bundle check-ignore cherry cherry-pick count-objects daemon difftool fast-export fast-import filter-branch format-patch for-each-ref fsck gc grep gui instaweb maintenance mergetool name-rev notes pack-refs prune push range-diff rebase reflog repack replace rerere revert send-email shortlog show-branch show-ref sparse-checkout stash submodule symbolic-ref update-index update-ref update-server-info verify-commit verify-pack verify-tag whatchanged worktree write-tree read-tree commit-tree diff-tree diff-index diff-files merge-base var'.split(
    ' ',
  ),
);
