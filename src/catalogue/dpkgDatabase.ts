import type { AptPackages } from './aptPackages.ts';
import type { DebianPackage } from './debianPackages.ts';
import type { LayerEntry } from './layerTar.ts';

/** dpkg's own files after an installation: the status of all that is installed, and the lists of what was new
 *  (deb-status, dpkg-query). */
export async function dpkgDatabase(
  packages: AptPackages,
  installed: ReadonlySet<string>,
  added: readonly string[],
): Promise<readonly LayerEntry[]> {
  const index = await packages.index();
  const status = [...installed]
    .sort()
    .map((name) => statusRecord(index.get(name) as DebianPackage))
    .join('\n');
  const entries: LayerEntry[] = [text('var/lib/dpkg/status', status)];
  for (const name of added) {
    const paths = (await packages.entries(name)).map(({ path }) => `/${path}\n`);
    entries.push(text(`var/lib/dpkg/info/${name}.list`, `/.\n${paths.join('')}`));
  }
  return entries;
}

/** A package as `/var/lib/dpkg/status` has it. */
export function statusRecord({ name, fields }: DebianPackage, status = 'install ok installed'): string {
  const lines = [`Package: ${name}`, `Status: ${status}`];
  const order = ['Essential', 'Priority', 'Section', 'Installed-Size'];
  for (const field of order) if (fields.has(field)) lines.push(`${field}: ${fields.get(field)}`);
  lines.push('Architecture: amd64');
  for (const [field, value] of fields) if (!order.includes(field) && field !== 'Size') lines.push(`${field}: ${value}`);
  return `${lines.join('\n')}\n`;
}

function text(path: string, content: string): LayerEntry {
  return { kind: 'f', path, mode: 0o644, uid: 0, gid: 0, sizeBytes: 0, text: content };
}
