import type { ByteSource } from '../bytes/byteSource.ts';
import type { Catalogue } from '../catalogue/catalogue.ts';
import { gzip } from '../codec/gzipWriter.ts';
import type { HttpResponse, NetworkService } from '../shell/kernel/network.ts';

/** Root file systems to import, by path: the base layer of an image of the catalogue. */
const TEMPLATES: Readonly<Record<string, readonly [repository: string, tag: string]>> = {
  '/template/precreated/ubuntu-12.04-x86_64.tar.gz': ['library/ubuntu', '12.04'],
  '/template/precreated/ubuntu-14.04-x86_64.tar.gz': ['library/ubuntu', '14.04'],
  '/template/precreated/ubuntu-16.04-x86_64.tar.gz': ['library/ubuntu', '16.04'],
  '/template/precreated/ubuntu-18.04-x86_64.tar.gz': ['library/ubuntu', '18.04'],
  '/template/precreated/centos-8-x86_64.tar.gz': ['library/centos', 'latest'],
  '/template/precreated/debian-12-x86_64.tar.gz': ['library/debian', '12'],
};
const GZIP_LEVEL = 6;

/** Serves root file systems as tars, as the container hosts before Docker did. */
export function templateServer(catalogue: Catalogue): NetworkService {
  return {
    async http({ method, url }) {
      const template = TEMPLATES[url.pathname];
      const image = template && (await catalogue.image(...template));
      const layer = image?.layers[0];
      if (!layer) return answer(404, 'Not Found', new TextEncoder().encode('404 page not found\n'));
      const bytes = await packed(layer.tar);
      const response = answer(200, 'OK', bytes);
      return method === 'HEAD' ? { ...response, body: chunks(new Uint8Array(0)) } : response;
    },
  };
}

async function packed(tar: ByteSource): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of gzip(tar.stream(), GZIP_LEVEL)) parts.push(part.slice());
  return new Uint8Array(await new Blob(parts as Uint8Array<ArrayBuffer>[]).arrayBuffer());
}

function answer(status: number, statusText: string, bytes: Uint8Array): HttpResponse {
  const headers = { 'content-type': 'application/octet-stream', 'content-length': String(bytes.length) };
  return { status, statusText, headers, body: chunks(bytes) };
}

async function* chunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes;
}
