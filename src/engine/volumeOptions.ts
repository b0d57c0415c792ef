import { other } from './messages.ts';

/** Options that the driver knows, with those that each of them needs. */
const NEEDED: ReadonlyMap<string, readonly string[]> = new Map([
  ['type', ['device']],
  ['o', ['device', 'type']],
  ['device', ['type']],
  ['size', []],
]);

/** Throws EngineError for an option that the local driver has not (moby volume/local, validateOpts), or that lacks another. */
export function checkVolumeOptions(name: string, options: Readonly<Record<string, string>>): void {
  const refused = (why: string) => other('invalidParameter', `create ${name}: ${why}`);
  for (const option of Object.keys(options))
    if (!NEEDED.has(option)) throw refused(`invalid option: ${JSON.stringify(option)}`);
  for (const option of Object.keys(options))
    for (const needed of NEEDED.get(option) ?? [])
      if (options[needed] === undefined) throw refused(`missing required option: ${JSON.stringify(needed)}`);
  if (options.size !== undefined) throw refused('quota size requested but no quota support');
}
