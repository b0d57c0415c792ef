import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseBuildkitAddress } from '../../src/companion/engines/buildkit/buildkitAddress.ts';
import { BuildkitEngine } from '../../src/companion/engines/buildkit/buildkitEngine.ts';
import { tarOf } from '../archive/buildTar.ts';
import { build, start } from './harness.ts';
import { probeBuildkit, programPath, startBuildkit, type RealBuildkit } from './realBuildkit.ts';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
const obstacle = hasOpenssl ? await probeBuildkit() : 'openssl: not installed';
if (obstacle !== undefined) console.warn(`tests of BuildKit by mutual TLS are skipped: ${obstacle}`);

/** An authority, and a certificate of it for the daemon and one for clients; another authority with a client’s. */
function makeCertificates(folder: string): void {
  const openssl = (...words: string[]) => execFileSync('openssl', words, { cwd: folder, stdio: 'pipe' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  for (const authority of ['ca', 'other']) {
    openssl(
      'req',
      '-x509',
      ...key,
      '-subj',
      `/CN=${authority}`,
      '-days',
      '2',
      '-keyout',
      `${authority}.key`,
      '-out',
      `${authority}.pem`,
    );
  }
  writeFileSync(join(folder, 'extensions'), 'subjectAltName=IP:127.0.0.1\n');
  for (const [name, authority] of [
    ['server', 'ca'],
    ['client', 'ca'],
    ['stranger', 'other'],
  ] as const) {
    openssl('req', ...key, '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.csr`);
    const signer = ['-CA', `${authority}.pem`, '-CAkey', `${authority}.key`, '-CAcreateserial'];
    openssl(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      ...signer,
      '-days',
      '2',
      '-extfile',
      'extensions',
      '-out',
      `${name}.pem`,
    );
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

describe.skipIf(obstacle !== undefined)('COMP-13 BuildKit by mutual TLS', () => {
  let folder: string;
  let daemon: RealBuildkit;
  let port: number;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'palimpsest-tls-'));
    makeCertificates(folder);
    port = await freePort();
    const files = ['--tlscacert', 'ca.pem', '--tlscert', 'server.pem', '--tlskey', 'server.key'];
    const words = files.map((word) => (word.startsWith('--') ? word : join(folder, word)));
    daemon = await startBuildkit({ words: ['--addr', `tcp://127.0.0.1:${port}`, ...words] });
  });
  afterAll(async () => {
    await daemon.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  function engineOf(files: string): BuildkitEngine {
    const address = parseBuildkitAddress(`tcp://127.0.0.1:${port}${files.replaceAll('DIR', folder)}`);
    const program = programPath('buildctl') ?? '';
    return new BuildkitEngine({ address, program, slots: 1, cgroups: undefined, diskFolder: undefined });
  }

  it('builds with a certificate of the right authority', async () => {
    const engine = engineOf(',ca=DIR/ca.pem,cert=DIR/client.pem,key=DIR/client.key');
    const companion = await start({ engines: [engine] });
    const context = await tarOf([['Dockerfile', 'FROM scratch\nCOPY Dockerfile /\n']]);
    expect((await build(companion, context)).at(-1)).toMatchObject({ type: 'done' });
  });

  it.each([
    ['none', ''],
    ['one of another authority', ',ca=DIR/ca.pem,cert=DIR/stranger.pem,key=DIR/stranger.key'],
    ['another authority for the daemon', ',ca=DIR/other.pem,cert=DIR/client.pem,key=DIR/client.key'],
  ])('is not reached with %s', async (_, files) => {
    const engine = engineOf(files);
    await expect(engine.facts(AbortSignal.timeout(5_000))).rejects.toMatchObject({ code: 'connectionLost' });
    engine.close();
  });
});
