import type { DebianPackage } from '../debianPackages.ts';

/** What must be installed for some packages: each behind what it depends on, as dpkg wants them. */
export interface Plan {
  readonly install: readonly DebianPackage[];
  /** Of those, the ones that nobody asked for. */
  readonly additional: readonly string[];
  readonly recommended: readonly string[];
  /** Dependencies that the catalogue cannot meet: `NAME: NEEDS`. */
  readonly unmet: readonly string[];
}

type Index = ReadonlyMap<string, DebianPackage>;

/** The names of a relation field: alternatives in order, versions and architectures left out (deb-control(5)). */
export function relationNames(field: string | undefined): readonly (readonly string[])[] {
  if (field === undefined || field === '') return [];
  return field.split(',').map((choice) => choice.split('|').map((one) => one.trim().replace(/[ :(].*$/, '')));
}

/** Chooses as apt does: what is there already serves, else the first alternative that exists. */
export function planInstall(
  index: Index,
  isThere: (name: string) => boolean,
  wanted: readonly string[],
  withRecommends: boolean,
): Plan {
  const providers = providersOf(index);
  const chosen = new Set<string>();
  const order: DebianPackage[] = [];
  const recommended = new Set<string>();
  const unmet: string[] = [];
  const satisfied = (name: string) =>
    isThere(name) || chosen.has(name) || (providers.get(name) ?? []).some((one) => isThere(one) || chosen.has(one));
  const candidate = (name: string) => (index.has(name) ? name : providers.get(name)?.[0]);

  const add = (name: string): void => {
    const found = index.get(name);
    if (!found || chosen.has(name) || isThere(name)) return;
    chosen.add(name);
    for (const choice of [
      ...relationNames(found.fields.get('Pre-Depends')),
      ...relationNames(found.fields.get('Depends')),
    ]) {
      if (choice.some(satisfied)) continue;
      const target = choice.map(candidate).find((one) => one !== undefined);
      if (target === undefined) unmet.push(`${name}: ${choice.join(' | ')}`);
      else add(target);
    }
    order.push(found);
    if (!withRecommends) return;
    for (const choice of relationNames(found.fields.get('Recommends'))) {
      if (choice.some(satisfied)) continue;
      const target = choice.map(candidate).find((one) => one !== undefined);
      if (target === undefined) continue;
      recommended.add(target);
      add(target);
    }
  };
  for (const name of wanted) add(name);
  const additional = order.map(({ name }) => name).filter((name) => !wanted.includes(name));
  return { install: order, additional, recommended: [...recommended], unmet };
}

const providerTables = new WeakMap<Index, ReadonlyMap<string, readonly string[]>>();

/** Virtual packages by name. */
function providersOf(index: Index): ReadonlyMap<string, readonly string[]> {
  const known = providerTables.get(index);
  if (known) return known;
  const table = new Map<string, string[]>();
  for (const { name, fields } of index.values()) {
    for (const [virtual = ''] of relationNames(fields.get('Provides'))) {
      const list = table.get(virtual);
      if (list) list.push(name);
      else table.set(virtual, [name]);
    }
  }
  providerTables.set(index, table);
  return table;
}
