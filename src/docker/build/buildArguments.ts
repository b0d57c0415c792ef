import { splitVariable } from '../../build/expand/environment.ts';
import type { Client } from '../client.ts';

/** `NAME` alone takes the client's variable, where there is one. Those of the client's configuration are given, too. */
export function buildArguments(client: Client, given: readonly string[]): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const one of given) {
    const [name, value] = splitVariable(one);
    if (one.includes('=')) values.set(name, value);
    else {
      const found = client.process.env.get(name);
      if (found !== undefined) values.set(name, found);
    }
  }
  const names = given.map((one) => splitVariable(one)[0]);
  for (const [name, value] of client.config.proxyVariables(client.host, names)) values.set(name, value);
  return values;
}
