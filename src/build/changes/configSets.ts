import type { NameSet } from '../../engine/containerConfig.ts';
import { splitVariable } from '../expand/environment.ts';
import type { KeyValue } from '../instructions/instruction.ts';

/** A variable that is there keeps its place. */
export function withVariables(
  env: readonly string[],
  pairs: readonly Pick<KeyValue, 'key' | 'value'>[],
): readonly string[] {
  const changed = [...env];
  for (const { key, value } of pairs) {
    const at = changed.findIndex((one) => splitVariable(one)[0] === key);
    if (at < 0) changed.push(`${key}=${value}`);
    else changed[at] = `${key}=${value}`;
  }
  return changed;
}

export function withNames(set: NameSet | undefined, names: readonly string[]): NameSet {
  return { ...set, ...Object.fromEntries(names.map((name) => [name, {}])) };
}
