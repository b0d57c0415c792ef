import type { ServiceFault } from '../../client/protocol.ts';

type Lookup = (key: string, params: Readonly<Record<string, string | number>>) => string | undefined;

/** What a fault says to a person: what is wrong, and what they can do where there is something. The most special
 *  message that there is: `fault.network.crossOrigin`, `fault.codec.corrupt`, `fault.corrupt`, `fault.internal`. */
export function faultText(
  fault: ServiceFault,
  lookup: Lookup,
): { readonly what: string; readonly remedy: string | undefined } {
  const params = {
    path: fault.path ?? '',
    file: fault.fileName ?? '',
    offset: fault.offset ?? 0,
    status: fault.status ?? 0,
  };
  const keys = [
    fault.reason === undefined ? undefined : `${fault.code}.${fault.reason}`,
    fault.source === undefined ? undefined : `${fault.source}.${fault.code}`,
    fault.code,
    'internal',
  ].filter((key) => key !== undefined);
  const key = keys.find((one) => lookup(`fault.${one}`, params) !== undefined);
  const what = key === undefined ? fault.message : (lookup(`fault.${key}`, params) as string);
  const remedy = key === undefined ? undefined : lookup(`fault.${key}.remedy`, params);
  // A network fault's path is the address, whose file name is told already.
  const place =
    fault.path && fault.code !== 'network'
      ? lookup(fault.offset === undefined ? 'fault.in' : 'fault.inAt', params)
      : undefined;
  return { what: place === undefined ? what : `${what} ${place}`, remedy };
}
