import { wildcard } from '../wildcard.ts';
import type { RpmRelease } from './rpmRelease.ts';
import type { YumArguments } from './yumArguments.ts';

/** Repositories that are configured and switched off; the catalogue holds nothing of them. */
const SWITCHED_OFF: Readonly<Record<RpmRelease['major'], readonly string[]>> = {
  7: ['base-debuginfo', 'base-source', 'centosplus', 'cr', 'fasttrack', 'updates-source'],
  9: ['crb', 'devel', 'highavailability', 'nfv', 'plus', 'resilientstorage', 'rt'],
};

/** A release with the repositories that a command line leaves or asks for. Text is a fault. */
export function chosenRepositories(release: RpmRelease, given: YumArguments): RpmRelease | string {
  const known = [...release.repositories.map(({ id }) => id), ...SWITCHED_OFF[release.major]];
  const [enabled, disabled, only] = ['enablerepo', 'disablerepo', 'repo'].map((name) => given.values(name)) as [
    readonly string[],
    readonly string[],
    readonly string[],
  ];
  const strange = [...enabled, ...only].find((text) => !known.some((id) => wildcard(text).test(id)));
  if (strange !== undefined)
    return release.major === 7
      ? `Error getting repository data for ${strange}, repository not found`
      : `Error: Unknown repo: '${strange}'`;
  const matches = (texts: readonly string[], id: string) => texts.some((text) => wildcard(text).test(id));
  const repositories = release.repositories.filter(
    ({ id }) => (only.length === 0 || matches(only, id)) && (!matches(disabled, id) || matches(enabled, id)),
  );
  return { ...release, repositories };
}
