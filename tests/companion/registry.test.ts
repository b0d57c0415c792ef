import { execFileSync } from 'node:child_process';
import { createSign, generateKeyPairSync, createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  BASE_LAYER,
  MIDDLE_LAYER,
  sampleArchive,
  temporaryFolder,
  TOP_LAYER,
  writeSample,
} from '../cli/sampleImage.ts';
import { runCli } from '../cli/runCli.ts';
import { serve } from '../registry/faultyRegistry.ts';
import { isInstalled, startRegistry, type RealRegistry } from './realRegistry.ts';

const hasRegistry = isInstalled('docker-registry');
const hasSkopeo = isInstalled('skopeo');
if (!hasRegistry) console.warn('docker-registry is not installed: the tests against it are skipped');
else if (!hasSkopeo) console.warn('skopeo is not installed: the tests beside it are skipped');

const dir = temporaryFolder();
const image = writeSample(
  dir,
  'app.tar',
  sampleArchive([{ tags: ['app:1'], layers: [BASE_LAYER, MIDDLE_LAYER, TOP_LAYER] }]),
);

interface Json {
  readonly [key: string]: unknown;
}

async function cli(words: readonly string[], input?: string): Promise<Json> {
  const run = await runCli([...words, '--json'], {
    environment: { HOME: dir },
    ...(input === undefined ? {} : { input: Buffer.from(input) }),
  });
  expect(run.err).toBe('');
  expect(run.code).toBe(0);
  return JSON.parse(run.out) as Json;
}

describe.skipIf(!hasRegistry)('a registry without logins', () => {
  let registry: RealRegistry;
  beforeAll(async () => {
    registry = await startRegistry();
  });
  afterAll(() => registry.stop());

  it('takes an image and gives it back with the same digests', async () => {
    const ref = `${registry.host}/team/app:1`;
    const pushed = await cli(['push', image, ref]);
    const again = await cli(['push', image, ref]);
    expect(again.digest).toBe(pushed.digest);
    expect((again.blobs as Json[]).every(({ outcome }) => outcome === 'there')).toBe(true);
    const mounted = await cli(['push', '--mount-from', 'team/app', image, `${registry.host}/other/app:1`]);
    expect((mounted.blobs as Json[]).map(({ outcome }) => outcome)).toContain('mounted');
    for (const form of ['oci', 'docker']) {
      const file = join(dir, `${form}.tar`);
      expect((await cli(['pull', '--to', form, '-o', file, ref])).digest).toBe(pushed.digest);
      expect((await runCli(['verify', '-q', file])).code).toBe(0);
      const [before, after] = await Promise.all([cli(['inspect', image]), cli(['inspect', file])]);
      const idOf = ({ images }: Json) => (images as Json[])[0]?.imageId;
      expect(idOf(after)).toBe(idOf(before));
    }
  });

  it('is read in place by docker://', async () => {
    const ref = `${registry.host}/place/app:1`;
    await cli(['push', image, ref]);
    const motd = await runCli(['cat', `docker://${ref}`, '/etc/motd'], { environment: { HOME: dir } });
    expect(motd).toMatchObject({ code: 0, out: 'hello\n', err: '' });
    expect((await runCli(['verify', `docker://${ref}`], { environment: { HOME: dir } })).code).toBe(0);
  });

  it('says what it lacks', async () => {
    const run = await runCli(['pull', '-o', join(dir, 'none.tar'), `${registry.host}/no/such:1`]);
    expect(run.code).toBe(2);
    expect(run.err).toMatch(/answered 404: MANIFEST_UNKNOWN/);
  });

  it.skipIf(!hasSkopeo)('skopeo pulls what we push, and the other way, with the same digests', async () => {
    const ref = `${registry.host}/skopeo/app`;
    const { digest } = await cli(['push', image, `${ref}:ours`]);
    const skopeo = (...words: string[]) => execFileSync('skopeo', words).toString();
    const raw = skopeo('inspect', '--raw', '--tls-verify=false', `docker://${ref}:ours`);
    expect(`sha256:${createHash('sha256').update(raw).digest('hex')}`).toBe(digest);
    const layout = join(dir, 'skopeo-oci');
    skopeo('copy', '-q', '--src-tls-verify=false', `docker://${ref}:ours`, `oci:${layout}:x`);
    skopeo('copy', '-q', '--dest-tls-verify=false', `oci:${layout}:x`, `docker://${ref}:theirs`);
    const theirs = skopeo('inspect', '--tls-verify=false', '--format', '{{.Digest}}', `docker://${ref}:theirs`).trim();
    const pulled = await cli(['pull', '-o', join(dir, 'theirs.tar'), `${ref}:theirs`]);
    expect(pulled.digest).toBe(theirs);
    expect((await runCli(['verify', '-q', join(dir, 'theirs.tar')])).code).toBe(0);
  });
});

/** `ann:opensesame`, by bcrypt, the only form that docker-registry takes. */
const HTPASSWD = 'ann:$2b$04$VnsGyrC869H6L1FEDfJHYuqpe3P6kNux8JfSxbDYjJWbSlQkB33wy';

describe.skipIf(!hasRegistry)('a registry with basic logins', () => {
  it('lets in who may', async () => {
    const registry = await startRegistry((folder) => {
      writeFileSync(join(folder, 'htpasswd'), HTPASSWD);
      return { htpasswd: { realm: 'test', path: join(folder, 'htpasswd') } };
    });
    try {
      const words = ['push', image, `${registry.host}/a/b:1`, '--user', 'ann', '--password-stdin'];
      const { digest } = await cli(words, 'opensesame');
      const pull = ['pull', '-f', '-o', join(dir, 'basic.tar'), `${registry.host}/a/b:1`];
      expect((await cli([...pull, '--user', 'ann', '--password-stdin'], 'opensesame')).digest).toBe(digest);
      expect((await runCli(pull)).err).toContain('answered 401');
    } finally {
      await registry.stop();
    }
  });
});

describe.skipIf(!hasRegistry)('a registry with a token service', () => {
  it('is pushed to with a login, and refuses a wrong one without telling it on', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const kid = keyId(publicKey.export({ type: 'spki', format: 'der' }));
    const right = `Basic ${Buffer.from('ann:opensesame').toString('base64')}`;
    const service = await serve((request, response) => {
      if (request.headers.authorization !== right) return void response.writeHead(401).end();
      const scopes = new URL(request.url ?? '', 'http://x').searchParams.getAll('scope');
      const token = signedToken(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), kid, scopes);
      response.end(JSON.stringify({ token, expires_in: 300 }));
    });
    const bundle = join(dir, 'bundle.pem');
    const key = join(dir, 'key.pem');
    writeFileSync(key, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const subject = ['-subj', '/CN=test', '-days', '2'];
    execFileSync('openssl', ['req', '-x509', '-new', '-key', key, '-out', bundle, ...subject], { stdio: 'ignore' });
    const registry = await startRegistry(() => ({
      token: { realm: `${service.origin}/token`, service: 'reg', issuer: 'test', rootcertbundle: bundle },
    }));
    try {
      const ref = `${registry.host}/team/app:1`;
      const words = ['push', image, ref, '--allow-host', service.host, '--user', 'ann', '--password-stdin'];
      const { digest } = await cli(words, 'opensesame\n');
      const config = { auths: { [registry.host]: { auth: right.slice('Basic '.length) } } };
      mkdirSync(join(dir, '.docker'), { recursive: true });
      writeFileSync(join(dir, '.docker', 'config.json'), JSON.stringify(config));
      const pulled = await cli(['pull', '--allow-host', service.host, '-o', join(dir, 'token.tar'), ref]);
      expect(pulled.digest).toBe(digest);
      const wrong = await runCli(words, { environment: { HOME: dir }, input: Buffer.from('closesesame') });
      expect(wrong.code).toBe(2);
      expect(wrong.err).toContain('401');
      expect(wrong.err).not.toContain('closesesame');
    } finally {
      await registry.stop();
    }
  });
});

/** libtrust's fingerprint of a public key: 240 bits of its SHA-256 in base32, in groups of four. */
function keyId(der: Buffer): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...createHash('sha256').update(der).digest().subarray(0, 30)]
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('');
  const text = (bits.match(/.{5}/g) ?? []).map((five) => alphabet[Number.parseInt(five, 2)]).join('');
  return (text.match(/.{4}/g) ?? []).join(':');
}

function signedToken(key: string, kid: string, scopes: readonly string[]): string {
  const nowSec = Math.floor(Date.now() / 1000);
  const access = scopes.map((scope) => {
    const [type, name, actions = ''] = scope.split(':');
    return { type, name, actions: actions.split(',') };
  });
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = {
    iss: 'test',
    sub: 'ann',
    aud: 'reg',
    exp: nowSec + 300,
    nbf: nowSec - 30,
    iat: nowSec,
    jti: 'x',
    access,
  };
  const signed = `${part({ typ: 'JWT', alg: 'RS256', kid })}.${part(claims)}`;
  return `${signed}.${createSign('RSA-SHA256').update(signed).sign(key).toString('base64url')}`;
}
