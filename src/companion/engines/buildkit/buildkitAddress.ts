import { CompanionError } from '../../companionError.ts';

/** Where a buildkitd listens. */
export interface BuildkitAddress {
  /** As `buildctl --addr` takes it. */
  readonly address: string;
  /** As gRPC takes it. */
  readonly grpcTarget: string;
  readonly name: string;
  /** Files in PEM: mutual TLS. */
  readonly tls: { readonly ca: string; readonly cert: string; readonly key: string } | undefined;
}

/** `unix:///PATH`, or `tcp://HOST:PORT,ca=FILE,cert=FILE,key=FILE`. Without TLS only this machine is spoken to.
 *  Throws CompanionError `request`. */
export function parseBuildkitAddress(text: string): BuildkitAddress {
  const [address = '', ...words] = text.split(',');
  const files = new Map(words.map((word) => word.split('=', 2) as [string, string]));
  const path = /^unix:\/\/(\/.+)$/.exec(address)?.[1];
  if (path !== undefined && words.length === 0) {
    return { address, grpcTarget: `unix:${path}`, name: address, tls: undefined };
  }
  const host = /^tcp:\/\/((?:\[[0-9a-f:]+\]|[\w.-]+):\d{1,5})$/i.exec(address)?.[1];
  if (host === undefined) throw new CompanionError('request', `“${address}” is no address of a buildkitd`);
  const [ca, cert, key] = [files.get('ca'), files.get('cert'), files.get('key')];
  const known = [...files.keys()].every((name) => ['ca', 'cert', 'key'].includes(name));
  if (ca && cert && key && known) return { address, grpcTarget: `dns:${host}`, name: address, tls: { ca, cert, key } };
  if (files.size > 0)
    throw new CompanionError('request', `${address}: TLS takes ca=FILE,cert=FILE,key=FILE, all three`);
  if (!/^(127\.|\[::1\]|localhost:)/.test(host)) {
    throw new CompanionError('request', `${address}: a buildkitd elsewhere is spoken to with ca=, cert= and key= only`);
  }
  return { address, grpcTarget: `dns:${host}`, name: address, tls: undefined };
}
