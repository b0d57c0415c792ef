import type { ContainerRecord } from './containerRecord.ts';
import { variableName } from './mergeConfig.ts';

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The variables of a container's process, in the order in which `env` shows them (moby container,
 *  CreateDaemonEnvironment; runc adds HOME). */
export function environmentOf(
  { config }: Pick<ContainerRecord, 'config'>,
  options: {
    readonly hasTty: boolean;
    readonly home: string;
    readonly extra?: readonly string[];
    /** Of links. */
    readonly linked?: readonly string[];
  },
): ReadonlyMap<string, string> {
  const env = new Map<string, string>([
    ['PATH', DEFAULT_PATH],
    ['HOSTNAME', config.Hostname],
  ]);
  if (options.hasTty) env.set('TERM', 'xterm');
  for (const variable of [...(options.linked ?? []), ...(config.Env ?? []), ...(options.extra ?? [])]) {
    const name = variableName(variable);
    if (variable.includes('=')) env.set(name, variable.slice(name.length + 1));
    else env.delete(name);
  }
  // An empty one counts as none.
  if (!env.get('HOME')) env.set('HOME', options.home);
  return env;
}
