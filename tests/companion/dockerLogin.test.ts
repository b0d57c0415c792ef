import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { dockerConfigPath, dockerLogin } from '../../src/companion/dockerLogin.ts';

const dir = mkdtempSync(join(tmpdir(), 'palimpsest-login-'));
afterAll(() => rmSync(dir, { recursive: true }));

function login(config: unknown, domain: string) {
  const path = join(dir, 'config.json');
  writeFileSync(path, typeof config === 'string' ? config : JSON.stringify(config));
  return dockerLogin(path, domain);
}

const AUTH = Buffer.from('ann:open:sesame').toString('base64');
const ANN = { kind: 'password', user: 'ann', password: 'open:sesame' };

describe('what docker login keeps', () => {
  it.each([
    ['its host', { auths: { 'r.example:5000': { auth: AUTH } } }, 'r.example:5000', ANN],
    ['its URL', { auths: { 'https://r.example/v1/': { auth: AUTH } } }, 'r.example', ANN],
    ['Docker Hub', { auths: { 'https://index.docker.io/v1/': { auth: AUTH } } }, 'docker.io', ANN],
    ['user and password apart', { auths: { r: { username: 'ann', password: 'open:sesame' } } }, 'r', ANN],
    [
      'an identity token',
      { auths: { r: { auth: AUTH, identitytoken: 't' } } },
      'r',
      { kind: 'identityToken', token: 't' },
    ],
    ['a registry token', { auths: { r: { registrytoken: 't' } } }, 'r', { kind: 'registryToken', token: 't' }],
    ['another host', { auths: { 'r.example': { auth: AUTH } } }, 'example', undefined],
    ['nothing', {}, 'r', undefined],
    ['a store that has nothing', { credsStore: 'desktop', auths: {} }, 'r', undefined],
  ])('%s', async (_, config, domain, expected) => {
    expect(await login(config, domain)).toEqual(expected);
  });

  it.each([
    ['a helper of the host', { credHelpers: { r: 'ecr-login' } }, 'credentialHelper', 'ecr-login'],
    ['a store', { credsStore: 'desktop', auths: { r: {} } }, 'credentialHelper', 'desktop'],
    ['no JSON', '{', 'config', 'config.json'],
    ['no object', '[]', 'config', 'config.json'],
    ['no login', { auths: { r: { auth: 'c2VjcmV0' } } }, 'config', 'config.json'],
  ])('%s is refused by name', async (_, config, code, name) => {
    const refusal = await login(config, 'r').catch((error: unknown) => error);
    expect(refusal).toMatchObject({ name: 'CompanionError', code });
    expect(String(refusal)).toContain(name);
    expect(String(refusal)).not.toContain('secret');
  });

  it('no file is no login', async () => {
    expect(await dockerLogin(join(dir, 'none', 'config.json'), 'r')).toBeUndefined();
  });

  it('lies where Docker’s own variables say', () => {
    expect(dockerConfigPath({ HOME: '/h' })).toBe('/h/.docker/config.json');
    expect(dockerConfigPath({ HOME: '/h', DOCKER_CONFIG: '/c' })).toBe('/c/config.json');
    expect(dockerConfigPath({})).toBeUndefined();
  });
});
