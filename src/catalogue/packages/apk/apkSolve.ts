import type { FactPackage } from '../../factPackages.ts';
import { type ApkInstalled, installIf } from './apkDatabase.ts';
import { isMet, readDependency } from './apkVersion.ts';

/** One thing to do, as apk tells it. */
export type ApkChange =
  | { readonly kind: 'install' | 'reinstall'; readonly to: FactPackage }
  | { readonly kind: 'upgrade'; readonly from: ApkInstalled; readonly to: FactPackage }
  | { readonly kind: 'purge'; readonly from: ApkInstalled };

/** What a solution is found from. */
export interface ApkState {
  readonly index: ReadonlyMap<string, FactPackage>;
  readonly installed: ReadonlyMap<string, ApkInstalled>;
  /** Dependencies as written, by name. */
  readonly world: ReadonlyMap<string, string>;
  /** To be brought to the version of the index, and to be installed anew. */
  readonly upgrades: (name: string) => boolean;
  readonly reinstalls: ReadonlySet<string>;
}

export interface ApkSolution {
  readonly changes: readonly ApkChange[];
  /** Why there is none: a head and its lines each, as apk prints them. */
  readonly faults: readonly string[];
}

/** What must change for the world to be there, and nothing else. */
export function solve(state: ApkState): ApkSolution {
  const faults = faultsOf(state);
  if (faults.length > 0) return { changes: [], faults };
  const wanted = new Set<string>();
  const changes: ApkChange[] = [];
  const add = (name: string): void => {
    if (wanted.has(name)) return;
    wanted.add(name);
    const from = state.installed.get(name);
    const known = state.index.get(name);
    const to =
      known && (!from || from.version !== known.version) && (!from || isOther(state, name)) ? known : undefined;
    for (const one of to?.dependencies ?? from?.dependencies ?? []) add(readDependency(one).name);
    if (to) changes.push(from ? { kind: 'upgrade', from, to } : { kind: 'install', to });
    else if (known && state.reinstalls.has(name)) changes.push({ kind: 'reinstall', to: known });
  };
  for (const name of [...state.world.keys()].sort()) add(name);
  // What came by itself may bring more; each round adds one at least.
  for (let grew = true; grew;) {
    const before = wanted.size;
    for (const { name, scripts } of state.index.values()) if (comesWith(installIf(scripts), wanted)) add(name);
    for (const { name, installIf: needs } of state.installed.values()) if (comesWith(needs, wanted)) add(name);
    grew = wanted.size > before;
  }
  return { changes: [...purges(state, wanted), ...changes], faults };
}

function comesWith(names: readonly string[], wanted: ReadonlySet<string>): boolean {
  return names.length > 0 && names.every((name) => wanted.has(name));
}

/** Whether an installed package takes the version of the index. */
function isOther(state: ApkState, name: string): boolean {
  const text = state.world.get(name);
  const from = state.installed.get(name);
  if (text !== undefined && from && !isMet(readDependency(text), from.version)) return true;
  return state.upgrades(name);
}

/** What nobody needs any more: each before what it needed. */
function purges(state: ApkState, wanted: ReadonlySet<string>): readonly ApkChange[] {
  const going = new Map<string, ApkInstalled>();
  const go = (name: string): void => {
    const from = state.installed.get(name);
    if (!from || wanted.has(name) || going.has(name)) return;
    going.set(name, from);
    for (const one of from.dependencies) go(readDependency(one).name);
  };
  const needed = new Set([...state.installed.values()].flatMap(({ dependencies }) => dependencies));
  for (const name of state.installed.keys()) if (!needed.has(name)) go(name);
  for (const name of state.installed.keys()) go(name);
  return [...going.values()].map((from) => ({ kind: 'purge', from }));
}

function faultsOf({ index, installed, world }: ApkState): readonly string[] {
  const faults: string[] = [];
  for (const [name, text] of [...world].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const wanted = readDependency(text);
    const versions = [index.get(name)?.version, installed.get(name)?.version].filter((one) => one !== undefined);
    if (versions.length === 0) faults.push(`  ${name} (no such package):\n    required by: world[${text}]\n`);
    else if (!versions.some((version) => isMet(wanted, version)))
      faults.push(`  ${name}-${versions[0]}:\n    breaks: world[${text}]\n`);
  }
  return faults;
}
