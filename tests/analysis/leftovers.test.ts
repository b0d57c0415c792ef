import { describe, expect, it } from 'vitest';
import { findLeftovers } from '../../src/analysis/leftovers.ts';
import { findSecrets, findSecretsInVariable, maskSecret } from '../../src/analysis/secretPatterns.ts';
import { buildTimeline } from '../../src/analysis/timeline.ts';
import type { ImageConfig } from '../../src/image/config.ts';
import { nodePlatform } from '../../src/platform/node.ts';
import { contentsOf, directory, file, layer, type TestLayer, trees } from './layers.ts';

const work = { platform: nodePlatform() };

async function found(
  layers: readonly TestLayer[],
  config?: ImageConfig,
  way: 'random' | number = 'random',
): Promise<string[]> {
  const stack = await buildTimeline(trees(layers));
  const leftovers = await findLeftovers(stack, contentsOf(layers, way), config, work);
  return leftovers.map(({ kind, path, hidden, offset }) =>
    [kind, path, hidden ? 'hidden' : undefined, offset].filter((part) => part !== undefined && part !== '').join(' '),
  );
}

// Put together here, so that no scanner takes this file for a leak.
const KEY_LINES = `${'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7'}\nVJTUt9Us8cKj`;
const pem = (kind: string) =>
  `-----BEGIN ${kind}PRIVATE${' '}KEY-----\n${KEY_LINES}\n-----END ${kind}PRIVATE KEY-----\n`;
const random36 = 'aZ3kQ9xT7mB2vN8cL5pR1wY6uH4jG0fDsEiO';
const GITHUB = `gh${'p_'}${random36}`;
const AWS_ID = `AK${'IA'}QWERTYUIOPASDFGH`;
const AWS_SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzQqWwEeRr';
const basicAuth = (secret: string) => `https://deploy:${secret}@git.internal.net`;

describe('findLeftovers, by name', () => {
  const positives: readonly [string, string, string][] = [
    // path, content, what is reported
    ['root/.ssh/id_rsa', pem('RSA '), 'privateKey root/.ssh/id_rsa 0'],
    ['home/u/.ssh/id_ed25519', pem('OPENSSH '), 'privateKey home/u/.ssh/id_ed25519 0'],
    ['root/.netrc', 'machine x login y password hunter22', 'credential root/.netrc'],
    ['root/.npmrc', '//registry/:_authToken=abcd', 'credential root/.npmrc'],
    ['root/.docker/config.json', '{"auths":{"r.io":{"auth":"dTpw"}}}', 'credential root/.docker/config.json'],
    [
      'root/.aws/credentials',
      `[default]\naws_secret_access_key = ${AWS_SECRET}\n`,
      'credential root/.aws/credentials 10',
    ],
    ['root/.git-credentials', basicAuth('s3cr3tpass'), 'credential root/.git-credentials 0'],
    ['home/u/.pgpass', 'db:5432:app:app:hunter22', 'credential home/u/.pgpass'],
    ['app/.env', 'DB_HOST=db\n', 'envFile app/.env'],
    ['app/.env.production', 'export A=1', 'envFile app/.env.production'],
    ['root/.bash_history', 'ls', 'history root/.bash_history'],
    ['root/.ash_history', 'ls', 'history root/.ash_history'],
    ['root/.python_history', 'import os', 'history root/.python_history'],
    [
      'var/lib/apt/lists/deb.debian.org_debian_InRelease',
      'x',
      'packageCache var/lib/apt/lists/deb.debian.org_debian_InRelease',
    ],
    ['var/cache/apt/archives/x_1_amd64.deb', 'x', 'packageCache var/cache/apt/archives/x_1_amd64.deb'],
    ['var/cache/apk/APKINDEX.00740ba1.tar.gz', 'x', 'packageCache var/cache/apk/APKINDEX.00740ba1.tar.gz'],
    ['root/.cache/pip/http/1', 'x', 'packageCache root/.cache/pip'],
    ['root/.npm/_cacache/index-v5/1', 'x', 'packageCache root/.npm/_cacache'],
    ['app/.git/HEAD', 'ref: refs/heads/main', 'vcs app/.git'],
    ['tmp/build.log', 'x', 'temporary tmp/build.log'],
    ['tmp/data.bin', '\0\0', 'temporary tmp/data.bin'],
    ['run/secrets/db', 'x', 'credential run/secrets/db'],
    ['srv/config.yml', `token: ${GITHUB}`, 'token srv/config.yml 7'],
    ['srv/deploy', pem(''), 'privateKey srv/deploy 0'],
  ];
  it.each(positives)('%s', async (path, content, expected) => {
    expect(await found([layer(file(path, content))])).toEqual([expected]);
    expect(await found([layer(file(path, content))], undefined, 17)).toEqual([expected]);
  });

  const negatives: readonly [string, string][] = [
    ['root/.ssh/id_rsa.pub', 'ssh-rsa AAAA'],
    ['root/.ssh/id_rsa', 'no key at all'],
    ['root/.npmrc', 'registry=https://registry.internal/'],
    ['root/.npmrc', '//registry/:_authToken=${NPM_TOKEN}'],
    ['root/.docker/config.json', '{"credsStore":"pass"}'],
    ['root/.netrc', ''],
    ['app/.env.example', 'DB_HOST=db'],
    ['app/.env', '# nothing set\n'],
    ['app/env', 'A=1'],
    ['root/.bash_history', ''],
    ['root/.bashrc', 'alias ls=ls'],
    ['var/lib/apt/lists/lock', ''],
    ['var/lib/apt/lists/partial/.keep', ''],
    ['usr/share/doc/x/example.pem', pem('')],
    ['usr/lib/python3/site-packages/test/key.pem', pem('')],
    ['etc/ssl/certs/ca.pem', '-----BEGIN CERTIFICATE-----\nMII'],
    ['srv/a.json', '{"key": "-----BEGIN PRIVATE KEY-----"}'],
    ['srv/blob.json', `\0 ${GITHUB}`],
    ['app/.gitignore', 'x'],
    ['app/tmp/x', 'x'],
  ];
  it.each(negatives)('not %s', async (path, content) => {
    expect(await found([layer(file(path, content))])).toEqual([]);
  });

  it('LEFT-3 tells what lies in lower layers only', async () => {
    const layers = [
      layer(directory('root'), file('root/.bash_history', 'export X'), file('srv/key', pem(''))),
      layer(file('.wh.srv', ''), file('root/.wh..bash_history', '')),
    ];
    expect(await found(layers)).toEqual(['history root/.bash_history hidden', 'privateKey srv/key hidden 0']);
  });

  it('LEFT-2 stays quick on files made to make it slow', async () => {
    for (const path of ['root/.pypirc', 'root/.my.cnf', 'app/.env', 'root/.npmrc', 'root/.pgpass', 'root/.netrc']) {
      for (const text of [
        '\n'.repeat(900_000),
        ' '.repeat(900_000),
        'password '.repeat(90_000),
        'a:'.repeat(400_000),
      ]) {
        const told = await found([layer(file(path, text))]);
        expect(told.length).toBeLessThanOrEqual(1);
      }
    }
  });

  it('LEFT-2 reads one MiB of a file at most', async () => {
    const far = layer(file('root/.netrc', `${'#'.repeat(1024 * 1024)} password hunter22`));
    expect(await found([far])).toEqual([]);
  });
});

describe('findLeftovers, in the config', () => {
  const config = (env: readonly string[], createdBy: readonly string[] = []): ImageConfig => ({
    diffIds: [],
    config: { env },
    history: createdBy.map((text) => ({ createdBy: text })),
  });
  const positives: readonly [ImageConfig, string][] = [
    [config(['DB_PASSWORD=hunter2hunter2']), 'envVariable'],
    [config([`GH=${GITHUB}`]), 'envVariable'],
    [config([], [`|1 NPM_TOKEN=a1b2c3d4e5f6 /bin/sh -c npm ci`]), 'history'],
    [config([], [`RUN /bin/sh -c git clone ${basicAuth('s3cr3tpass')}/x`]), 'history'],
    [config([], [`ENV API_KEY="a1b2c3d4e5f6"`]), 'history'],
  ];
  it.each(positives)('%j', async (given, kind) => {
    expect(await found([], given)).toEqual([kind]);
  });

  const negatives: readonly ImageConfig[] = [
    config([
      'PATH=/usr/bin',
      'GPG_KEY=E3FF2839C048B25C084DEBE9B26995E310250568',
      'PYTHON_SHA256=abcdef',
      'DB_PASSWORD_FILE=/run/secrets/db',
    ]),
    config(['PASSWORD=', 'TOKEN=$TOKEN', 'SECRET=<your secret>', 'API_KEY=changeme', 'SECRET_KEY=/etc/key']),
    config([], ['/bin/sh -c #(nop)  CMD ["sh"]', 'RUN /bin/sh -c echo token=$TOKEN && curl https://x.io/a']),
  ];
  it.each(negatives)('not %j', async (given) => {
    expect(await found([], given)).toEqual([]);
  });

  it('LEFT-1 masks what it shows', async () => {
    const stack = await buildTimeline([]);
    const [leftover] = await findLeftovers(
      stack,
      contentsOf([], 'random'),
      config(['DB_PASSWORD=hunter2hunter2']),
      work,
    );
    expect(leftover?.excerpt).toBe('DB_PASSWORD=hu…r2');
  });
});

describe('findSecrets', () => {
  const positives: readonly [string, string][] = [
    [`x ${GITHUB} y`, 'token'],
    [AWS_ID, 'token'],
    [`aws_secret_access_key="${AWS_SECRET}"`, 'credential'],
    [`glpat${'-'}${random36.slice(0, 20)}`, 'token'],
    [`npm${'_'}${random36}`, 'token'],
    [`xox${'b-'}123456789012-123456789012-${random36.slice(0, 24)}`, 'token'],
    [`sk${'_live_'}${random36.slice(0, 24)}`, 'token'],
    [`AI${'za'}${random36.slice(0, 35)}`, 'token'],
    [`ey${'J'}hbGciOiJIUzI1NiJ9abc.eyJzdWIiOiIxMjM0NTY3ODkwIn0.${random36}`, 'token'],
    ['postgres://app:h7Gk2mPq@db.internal:5432/app', 'credential'],
    [pem('RSA '), 'privateKey'],
    [pem('RSA ').replace('KEY-----\n', 'KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,AB\n\n'), 'privateKey'],
  ];
  it.each(positives)('%s', (text, kind) => {
    const secrets = findSecrets(text, 5);
    expect(secrets.map((secret) => secret.kind)).toEqual([kind]);
    expect(secrets[0]?.excerpt).not.toContain(random36.slice(4, 16));
  });

  const negatives: readonly string[] = [
    `AK${'IA'}IOSFODNN7EXAMPLE`,
    `x${GITHUB}`,
    `gh${'p_'}tooshort`,
    'https://user:password@example.com/x',
    'https://user:${PASSWORD}@git.internal.net',
    'https://git.internal.net/a:b@c',
    `aws_secret_access_key=${'/'.repeat(40)}`,
    '-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A',
    `npm_${'x'.repeat(36)}`,
    'sk-learn-and-other-things-that-are-plain-words',
  ];
  it.each(negatives)('not %s', (text) => {
    expect(findSecrets(text, 5)).toEqual([]);
  });

  it('LEFT-2 stays quick on text made to make it slow', () => {
    for (const text of [
      'eyJ'.repeat(50_000),
      `${'-----BEGIN PRIVATE KEY-----\n'.repeat(20_000)}`,
      'https://a:'.repeat(50_000),
      'aws_secret_'.repeat(50_000),
      'eyJ-'.repeat(200_000),
      `-----BEGIN PRIVATE KEY-----\n${'Aa: '.repeat(50)}`.repeat(4000),
    ]) {
      expect(findSecrets(text, 5)).toEqual([]);
    }
  });
});

describe('findSecretsInVariable', () => {
  it('leaves out what is no assignment', () => {
    expect(findSecretsInVariable('PASSWORD')).toBeUndefined();
    expect(findSecretsInVariable('=x')).toBeUndefined();
  });
});

describe('LEFT-1 maskSecret', () => {
  it.each([
    ['abc', '…'],
    ['abcdefghij', 'ab…ij'],
    ['abcdefghijklmnopqrstuvwxyz', 'abcd…wxyz'],
  ])('%s: %s', (secret, masked) => {
    expect(maskSecret(secret)).toBe(masked);
  });
});
