import type { FactPackage } from '../../factPackages.ts';

/** The name of the catalogue's package that an address or a file stands for: that of the same version, and what adds
 *  the repository EPEL, which is installed so. Undefined for others; names stay as they are. */
export function namedByFile(index: ReadonlyMap<string, FactPackage>, operand: string): string | undefined {
  if (!/^\w+:\/\//.test(operand) && !/\.rpm$/.test(operand)) return operand;
  const file = operand.slice(operand.lastIndexOf('/') + 1).replace(/(\.(x86_64|noarch))?\.rpm$/, '');
  if (/^epel-release-latest-\d+$/.test(file)) return 'epel-release';
  return [...index.values()].find(({ name, version }) => file === `${name}-${version}`)?.name;
}
