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
    process.setEnv('PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin');
    process.setEnv('HOME', '/root');
    const child = await process.spawn('/bin/bash', { argv: ['bash', '-c', script] });
    process.close(1);
    process.close(2);
    await child.wait();
  });
  await reading;
  return decodeName(Buffer.concat(chunks));
}

/** Runs a command line again and again until it succeeds, for some time. */
function until(command: string): string {
  return `for i in $(seq 400); do ${command} >/dev/null 2>&1 && break; sleep 0.02; done`;
}

describe('CAT-4 services in containers', () => {
  it('hello-world prints its text', async () => {
    expect(await shell('docker run --rm hello-world')).toContain('\nHello from Docker!\n');
  });

  it('nginx answers at a published port, logs to the container, and stops', async () => {
    await shell(`docker run -d --name web -p 8080:80 nginx; ${until('curl -s localhost:8080')}`);
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

  it('httpd answers at a published port, and stops when it is told', async () => {
    await shell(`docker run -d --name apache -p 8082:80 httpd; ${until('curl -s localhost:8082')}`);
    expect(await shell('curl -s localhost:8082')).toBe('<html><body><h1>It works!</h1></body></html>\n');
    expect(await shell('docker logs apache')).toContain("AH00094: Command line: 'httpd -D FOREGROUND'\n");
    await shell('docker stop apache');
    expect(await shell("docker inspect -f '{{.State.ExitCode}}' apache; docker rm apache")).toBe('0\napache\n');
  });

  it('redis keeps what it is told, and its snapshot outlives the container', async () => {
    await shell(`docker run -d --name store -v data:/data redis; ${until('docker logs store | grep -q Ready')}`);
    expect(await shell('docker logs store')).toContain('* Ready to accept connections tcp\n');
    const cli = (command: string) => shell(`docker exec store redis-cli ${command}`);
    expect(await cli('ping')).toBe('PONG\n');
    expect(await cli('set greeting "hello there"')).toBe('OK\n');
    expect(await cli('get greeting')).toBe('hello there\n');
    expect(await cli('--no-raw get nothing')).toBe('(nil)\n');
    expect(await cli('--no-raw incr count')).toBe('(integer) 1\n');
    expect(await cli('set short x ex 100')).toBe('OK\n');
    expect(await cli('ttl short')).toMatch(/^(100|99|98)\n$/);
    expect(await cli('--no-raw keys "g*"')).toBe('1) "greeting"\n');
    expect(await cli('--no-raw del greeting nothing')).toBe('(integer) 1\n');
    expect(await cli('--no-raw incr')).toBe("(error) ERR wrong number of arguments for 'incr' command\n");
    expect(await cli('save')).toBe('OK\n');
    expect(await shell('docker stop store')).toBe('store\n');
    expect(await shell('docker logs store')).toContain('bye bye...\n');
    await shell(`docker run -d --name again -v data:/data redis; ${until('docker logs again | grep -q Ready')}`);
    expect(await shell('docker exec again redis-cli get count')).toBe('1\n');
    expect(await shell('docker exec again gosu redis id -un')).toBe('redis\n');
    expect(await shell('docker rm -f again; docker exec store redis-cli ping')).toContain('is not running');
  });

  it('a registry takes what is pushed and gives it back', async () => {
    await shell(`docker run -d --name hub -p 5001:5000 registry:2; ${until('curl -sf localhost:5001/v2/')}`);
    await shell('docker tag hello-world localhost:5001/mine:1');
    expect(await shell('docker push localhost:5001/mine:1')).toContain('1: digest: sha256:');
    expect(await shell('curl -s localhost:5001/v2/mine/tags/list')).toBe('{"name":"mine","tags":["1"]}\n');
    await shell('docker rmi localhost:5001/mine:1');
    expect(await shell('docker run --rm localhost:5001/mine:1')).toContain('Hello from Docker!');
    await shell('docker rm -f hub');
  });
});
