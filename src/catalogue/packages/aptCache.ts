import type { Program } from '../../shell/kernel/program.ts';
import type { Catalogue } from '../catalogue.ts';
import { AptArguments } from './aptArguments.ts';
import { aptDistribution } from './aptDistribution.ts';
import { isUpdated } from './aptLists.ts';
import { isInstalled, readStatus } from './dpkgStatus.ts';

/** apt-cache search, show, policy, depends and pkgnames, and apt's commands of the same names. */
export function aptCache(catalogue: Catalogue): Program {
  return async (process) => {
    const given = AptArguments.parse(process.argv.slice(1));
    if (typeof given === 'string') {
      await process.write(2, `E: ${given}\n`);
      return 100;
    }
    const [command, ...names] = given.operands;
    const { packages, host, place } = await aptDistribution(process, catalogue);
    const index = isUpdated(process) ? await packages.index() : new Map<string, never>();
    const installed = await readStatus(process);
    switch (command) {
      case 'pkgnames':
        for (const name of index.keys()) if (name.startsWith(names[0] ?? '')) await process.print(`${name}\n`);
        return 0;
      case 'search':
        for (const { name, fields } of index.values()) {
          const description = fields.get('Description') ?? '';
          const text = `${name} ${description}`.toLowerCase();
          if (names.every((word) => text.includes(word.toLowerCase())))
            await process.print(`${name} - ${description}\n`);
        }
        return 0;
      case 'show':
      case 'depends':
      case 'policy': {
        let status = 0;
        for (const name of names) {
          const found = index.get(name);
          if (!found && command !== 'policy') {
            await process.write(2, `E: No packages found\n`);
            status = 100;
            continue;
          }
          if (command === 'show') {
            const lines = [...(found?.fields ?? [])].map(([field, value]) => `${field}: ${value}\n`).join('');
            await process.print(`Package: ${name}\n${lines}\n`);
          } else if (command === 'depends') {
            const depends = (found?.fields.get('Depends') ?? '').split(', ').filter(Boolean);
            await process.print(
              `${name}\n${depends.map((one) => `  Depends: ${one.replace(/ \(.*/, '')}\n`).join('')}`,
            );
          } else {
            const version = found?.fields.get('Version') ?? '(none)';
            const there = isInstalled(installed, name) ? installed.get(name)?.version : '(none)';
            await process.print(
              `${name}:\n  Installed: ${there}\n  Candidate: ${version}\n  Version table:\n     ${version} 500\n        500 ${host} ${await place(name, version)} amd64 Packages\n`,
            );
          }
        }
        return status;
      }
      default:
        await process.write(2, `E: Invalid operation ${command ?? ''}\n`);
        return 100;
    }
  };
}
