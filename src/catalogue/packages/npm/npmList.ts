import * as calls from '../../../shell/kernel/calls.ts';
import { wantedOf } from './npmInstall.ts';
import { lockedVersions, type PackageJson, readJson, textField } from './npmProject.ts';
import type { NpmRun } from './npmRun.ts';

/** `npm ls`: what is installed at the top, and what is missing there. */
export async function listPackages(
  { process, given, prefix, version: ownVersion }: NpmRun,
  project_: string,
  json: PackageJson,
): Promise<number> {
  const folder = given.has('global') ? `${prefix}/lib` : project_;
  const held = lockedVersions(await readJson(process, `${folder}/node_modules/.package-lock.json`));
  const asked = given.has('global') ? undefined : wantedOf(json).wanted;
  const name = textField(json, 'name');
  const head =
    given.has('global') || name === undefined ? folder : `${name}@${textField(json, 'version') ?? ''} ${folder}`;
  const names = asked
    ? Object.keys(asked)
    : [...held.keys()]
        .filter((place) => place.lastIndexOf('node_modules/') === 0)
        .map((place) => place.slice('node_modules/'.length));
  const missing = asked ? names.filter((one) => !held.has(`node_modules/${one}`)) : [];
  const own = `${folder}/node_modules/npm`;
  if (given.has('global') && calls.statIfThere(process, own) && !names.includes('npm')) names.push('npm');
  const isWide = /UTF-?8/i.test(process.env.get('LC_ALL') ?? process.env.get('LANG') ?? '');
  const rows = names.sort().map((one, i) => {
    const mark = i === names.length - 1 ? (isWide ? '└──' : '`--') : isWide ? '├──' : '+--';
    const version = held.get(`node_modules/${one}`) ?? (one === 'npm' && !asked ? ownVersion : undefined);
    return version === undefined ? `${mark} UNMET DEPENDENCY ${one}@${asked?.[one]}\n` : `${mark} ${one}@${version}\n`;
  });
  const empty = isWide ? '└── (empty)\n' : '`-- (empty)\n';
  await process.print(new TextEncoder().encode(`${head}\n${rows.length > 0 ? rows.join('') : empty}\n`));
  for (const one of missing)
    await process.write(
      2,
      `npm ERR! missing: ${one}@${asked?.[one]}, required by ${name}@${textField(json, 'version')}\n`,
    );
  return missing.length > 0 ? 1 : 0;
}
