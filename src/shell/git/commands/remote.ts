import type { GitCall } from '../gitCall.ts';
import { GitFault } from '../gitFault.ts';
import type { Repository } from '../repository.ts';
import { readSettings, saveSettings } from '../settings.ts';

/** git-remote(1). */
export async function remote(call: GitCall): Promise<number> {
  const options = call.options({
    options: { verbose: '-v --verbose', fetch: '-f', push: '--push', all: '--all' },
    notSimulated: '-t=BRANCH -m=BRANCH --tags --no-tags --mirror[=HOW] --add --delete -n -a --auto -d -p --prune',
  });
  const repository = await call.repository();
  const [action, name = '', value] = options.operands;
  const names = repository.settings.subsections('remote');
  const requireOne = () => {
    if (!names.includes(name))
      throw new GitFault(
        'error',
        `No such remote${action === 'get-url' || action === 'set-url' ? ` '${name}'` : `: '${name}'`}`,
        2,
      );
  };
  const requireWords = (count: number, usage: string) => {
    if (options.operands.length !== count) throw new GitFault('plain', `usage: git remote ${usage}\n`, 129);
  };
  switch (action) {
    case undefined:
      for (const one of names.sort())
        await call.print(options.has('verbose') ? verboseLines(repository, one) : `${one}\n`);
      return 0;
    case 'add':
      requireWords(3, 'add [<options>] <name> <url>');
      if (names.includes(name)) throw new GitFault('error', `remote ${name} already exists.`, 3);
      await addRemote(repository, name, value as string);
      if (options.has('fetch')) {
        const { fetchRemote } = await import('./fetch.ts');
        await fetchRemote(call, await call.repository(), name);
      }
      return 0;
    case 'remove':
    case 'rm':
      requireWords(2, 'remove <name>');
      requireOne();
      await removeRemote(repository, name);
      return 0;
    case 'rename':
      requireWords(3, 'rename [--[no-]progress] <old> <new>');
      requireOne();
      await renameRemote(repository, name, value as string);
      return 0;
    case 'set-url':
      requireWords(3, 'set-url [--push] <name> <newurl> [<oldurl>]');
      requireOne();
      await changeSettings(repository, (file) =>
        file.set(`remote.${name}.${options.has('push') ? 'pushurl' : 'url'}`, value as string),
      );
      return 0;
    case 'get-url': {
      requireWords(2, 'get-url [--push] [--all] <name>');
      requireOne();
      const urls = repository.settings.all(`remote.${name}.url`);
      const pushed = repository.settings.all(`remote.${name}.pushurl`);
      const found = options.has('push') && pushed.length > 0 ? pushed : urls;
      await call.print((options.has('all') ? found : found.slice(0, 1)).map((url) => `${url}\n`).join(''));
      return 0;
    }
    case 'show':
    case 'prune':
    case 'update':
    case 'set-head':
    case 'set-branches':
      throw new GitFault('plain', `git remote: '${action}' is not simulated\n`, 2);
    default:
      throw new GitFault('plain', `error: Unknown subcommand: ${action}\nusage: git remote [-v | --verbose]\n`, 129);
  }
}

function verboseLines({ settings }: Repository, name: string): string {
  const url = settings.get(`remote.${name}.url`) ?? name;
  return `${name}\t${url} (fetch)\n${name}\t${settings.get(`remote.${name}.pushurl`) ?? url} (push)\n`;
}

type Change = (file: Awaited<ReturnType<typeof readSettings>>) => void;

async function changeSettings({ process, gitDirectory }: Repository, change: Change): Promise<void> {
  const path = `${gitDirectory}/config`;
  const file = await readSettings(process, path);
  change(file);
  await saveSettings(process, path, file);
}

export async function addRemote(repository: Repository, name: string, url: string): Promise<void> {
  await changeSettings(repository, (file) => {
    file.set(`remote.${name}.url`, url);
    file.set(`remote.${name}.fetch`, `+refs/heads/*:refs/remotes/${name}/*`);
  });
}

async function removeRemote(repository: Repository, name: string): Promise<void> {
  for (const { ref } of await repository.refs.list(`refs/remotes/${name}/`)) await repository.refs.delete(ref);
  await changeSettings(repository, (file) => {
    file.removeSection(`remote.${name}`);
    for (const branch of repository.settings.subsections('branch'))
      if (repository.settings.get(`branch.${branch}.remote`) === name) file.removeSection(`branch.${branch}`);
  });
}

async function renameRemote(repository: Repository, from: string, to: string): Promise<void> {
  for (const { ref, oid } of await repository.refs.list(`refs/remotes/${from}/`)) {
    const target = await repository.refs.symbolic(ref);
    const moved = (name: string) => name.replace(`refs/remotes/${from}/`, `refs/remotes/${to}/`);
    await repository.refs.delete(ref);
    if (target === undefined) await repository.refs.write(moved(ref), oid);
    else await repository.refs.point(moved(ref), moved(target));
  }
  await changeSettings(repository, (file) => {
    file.renameSection(`remote.${from}`, `remote.${to}`);
    file.set(`remote.${to}.fetch`, `+refs/heads/*:refs/remotes/${to}/*`);
    for (const branch of repository.settings.subsections('branch'))
      if (repository.settings.get(`branch.${branch}.remote`) === from) file.set(`branch.${branch}.remote`, to);
  });
}
