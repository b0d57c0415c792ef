import { unresolved } from './npmInstall.ts';
import { choosePackage } from './npmPackages.ts';
import type { NpmRun } from './npmRun.ts';
import { specification } from './npmSpecification.ts';

/** `npm view`: what is known of a package, or its version alone. */
export async function viewPackage(
  { process, catalogue }: NpmRun,
  [operand = '', field]: readonly string[],
): Promise<number> {
  const [name, range] = specification(operand);
  const versions = (await catalogue.npm.index()).get(name);
  const found = choosePackage(versions, range);
  if (!found) return unresolved(process, { name, range, isKnown: versions !== undefined });
  const text =
    field === 'version'
      ? found.version
      : `${found.name}@${found.version} | ${found.license} | deps: ${Object.keys(found.dependencies).length} | versions: ${versions?.length}`;
  await process.print(`${text}\n`);
  return 0;
}
