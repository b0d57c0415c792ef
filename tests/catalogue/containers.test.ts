import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bootMachine, type LabMachine } from '../../src/machine/bootMachine.ts';
import { asProcess } from '../../src/machine/machineProcess.ts';
import { nodePlatform } from '../../src/platform/node.ts';
import { makePipe } from '../../src/shell/kernel/pipe.ts';
import { decodeName } from '../../src/bytes/byteName.ts';

const CATALOGUE = fileURLToPath(new URL('../../public/catalogue/', import.meta.url));
let lab: LabMachine;

beforeAll(() => {
  lab = bootMachine({
    platform: nodePlatform(),
    files: { text: (path) => readFile(join(CATALOGUE, path), 'utf8') },
  });
});

afterAll(() => lab.machine.halt());

/** What a command line prints on the machine, both streams together. */
async function shell(script: string): Promise<string> {
  const pipe = makePipe();
  const chunks: Uint8Array[] = [];
  const reading = (async () => {
    for (let chunk = await pipe.readEnd.read(65536); chunk.length > 0; chunk = await pipe.readEnd.read(65536))
      chunks.push(chunk.slice());
  })();
  await asProcess(lab.machine.host, 'test', async (process) => {
    process.replace(1, pipe.writeEnd);
    process.replace(2, pipe.writeEnd);
    pipe.writeEnd.close();
    process.env.set('PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin');
    process.env.set('HOME', '/root');
    const child = await process.spawn('/bin/bash', { argv: ['bash', '-c', script] });
    process.close(1);
    process.close(2);
    await child.wait();
  });
  await reading;
  return decodeName(Buffer.concat(chunks));
}

describe('CAT-4 services in containers', () => {
  it('hello-world prints its text', async () => {
    expect(await shell('docker run --rm hello-world')).toContain('\nHello from Docker!\n');
  });

  it('nginx answers at a published port, logs to the container, and stops', async () => {
    await shell('docker run -d --name web -p 8080:80 nginx; sleep 0.3');
    expect(await shell('curl -s localhost:8080')).toContain('Welcome to nginx!');
    await shell('docker exec web sh -c "echo changed > /usr/share/nginx/html/index.html"');
    expect(await shell('curl -s localhost:8080')).toBe('changed\n');
    const logs = await shell('docker logs web');
    expect(logs).toContain('[notice] 1#1: nginx/1.25.3\n');
    expect(logs).toContain('"GET / HTTP/1.1" 200 8 "-" "curl/');
    expect(await shell('docker top web')).toContain('nginx: worker process');
    await shell('docker exec web nginx -s reload');
    expect(await shell('docker stop web; docker ps -a --format "{{.Status}}"')).toContain('Exited (0)');
    expect(await shell('curl -s localhost:8080; echo $?')).toBe('7\n');
  });
});
