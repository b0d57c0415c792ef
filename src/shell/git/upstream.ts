import type { GitCall } from './gitCall.ts';
import { fatal } from './gitFault.ts';
import type { Repository } from './repository.ts';
import { readSettings, saveSettings } from './settings.ts';

/** Lets a branch follow another: `origin/x`, or one of its own repository. */
export async function setUpstream(
  call: GitCall,
  repository: Repository,
  branch: string,
  upstream: string,
): Promise<void> {
  const found = await repository.refs.find(upstream);
  const remote = /^refs\/remotes\/([^/]+)\/(.+)$/.exec(found?.ref ?? '');
  const local = /^refs\/heads\/(.+)$/.exec(found?.ref ?? '');
  if (!remote && !local) throw fatal(`the requested upstream branch '${upstream}' does not exist`);
  const [name, merge] = remote ? [remote[1] as string, remote[2] as string] : ['.', local?.[1] as string];
  await writeUpstream(repository, branch, name, merge);
  await call.print(`branch '${branch}' set up to track '${name === '.' ? merge : `${name}/${merge}`}'.\n`);
}

export async function writeUpstream(
  { process, gitDirectory }: Repository,
  branch: string,
  remote: string,
  merge: string,
): Promise<void> {
  const path = `${gitDirectory}/config`;
  const file = await readSettings(process, path);
  file.set(`branch.${branch}.remote`, remote);
  file.set(`branch.${branch}.merge`, `refs/heads/${merge}`);
  await saveSettings(process, path, file);
}
