import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Serves one archive: with or without leave for other pages to read it, whole, broken off, or not at all. */
export class ArchiveServer {
  readonly asked: string[] = [];
  readonly #server: Server;

  constructor(archive: Uint8Array) {
    this.#server = createServer((request, response) => {
      this.asked.push(request.url ?? '');
      if (request.url?.startsWith('/open/')) response.setHeader('access-control-allow-origin', '*');
      if (request.url?.endsWith('missing.tar')) response.writeHead(404).end('not here');
      else if (request.url?.endsWith('broken.tar')) {
        response.writeHead(200, { 'content-length': archive.length });
        response.write(archive.subarray(0, 4096), () => response.destroy());
      } else response.writeHead(200, { 'content-length': archive.length }).end(archive);
    });
  }

  /** Listens on a loopback port; gives its origin. */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
