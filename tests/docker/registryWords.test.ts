import { describe, expect, it } from 'vitest';
import { runLines } from '../support/labShell.ts';

// Rules that recordings of docker 28.2.2 with dockerd 20.10.24 and a registry show.

describe('docker manifest', () => {
  it('trusts plain HTTP only where it is told to, and pushes members of other repositories', async () => {
    const { output } = await runLines([
      'docker pull -q busybox >/dev/null; for n in m:a n:b; do docker tag busybox localhost:5000/$n; docker push -q localhost:5000/$n; done',
      'docker manifest create localhost:5000/m:l localhost:5000/m:a',
      'docker manifest create --insecure localhost:5000/m:l localhost:5000/m:a localhost:5000/n:b',
      'docker manifest push --insecure localhost:5000/m:l | sed "s/[0-9a-f]\\{64\\}/HEX/g"',
      'docker manifest create Bad localhost:5000/m:a; docker manifest annotate Bad x; docker manifest annotate x Bad',
      'docker manifest inspect localhost:5999/m',
      'docker pull -a localhost:5000/p/nosuch',
    ]);
    const upper = 'Bad: invalid reference format: repository name (library/Bad) must be lowercase';
    expect(output).toBe(
      [
        'localhost:5000/m:a',
        'localhost:5000/n:b',
        'no such manifest: localhost:5000/m:a',
        'Created manifest list localhost:5000/m:l',
        'Pushed ref localhost:5000/m@sha256:HEX with digest: sha256:HEX',
        'sha256:HEX',
        `error parsing name for manifest list ${upper}`,
        `annotate: error parsing name for manifest list ${upper}`,
        `annotate: error parsing name for manifest ${upper}`,
        'failed to configure transport: error pinging v2 registry: Get "https://localhost:5999/v2/": dial tcp 127.0.0.1:5999: connect: connection refused',
        'Error response from daemon: repository localhost:5000/p/nosuch not found: name unknown: repository name not known to registry',
        '',
      ].join('\n'),
    );
  });
});

describe('addresses and the client’s configuration', () => {
  it.each([
    ['localhost:99999', 'Get "http://localhost:99999/v2/": dial tcp: address 99999: invalid port'],
    ['bad host', 'unable to parse server address: parse "https://bad host": invalid character " " in host name'],
    ['a:b', 'unable to parse server address: parse "https://a:b": invalid port ":b" after host'],
  ])('docker login %j', async (server, told) => {
    const { output } = await runLines([`docker login -u a -p b '${server}' 2>&1 | tail -1`]);
    expect(output).toBe(`Error response from daemon: ${told}\n`);
  });

  it.each([
    ['[]', 'json: cannot unmarshal array into Go value of type configfile.ConfigFile'],
    [
      '{"auths":1}',
      'json: cannot unmarshal number into Go struct field ConfigFile.auths of type map[string]types.AuthConfig',
    ],
    ['{"auths":{"x":{"auth":"bm9jb2xvbg=="}}}', 'Invalid auth configuration file'],
    ['{"auths":{"x":{"auth":"abcde"}}}', 'illegal base64 data at input byte 4'],
    ['{"auths":{"x":{"auth":"YTpi"}}}', undefined],
    ['null', undefined],
  ])('%s as config.json', async (text, told) => {
    const { output } = await runLines([`mkdir -p ~/.docker; echo '${text}' > ~/.docker/config.json; docker ps -q`]);
    const path = /\((.*?)\)/.exec(output)?.[1] ?? '';
    expect(output).toBe(told === undefined ? '' : `WARNING: Error parsing config file (${path}): ${told}\n`);
  });

  it('gives its proxies to containers and builds, but for what is given', async () => {
    const { output } = await runLines([
      `mkdir -p ~/.docker; echo '{"proxies":{"default":{"httpProxy":"http://p:1"}}}' > ~/.docker/config.json`,
      'docker pull -q busybox >/dev/null; docker run --rm -e HTTP_PROXY=own busybox env | grep -i _proxy',
      `printf 'FROM busybox\\nRUN env | grep -i _proxy | sort\\n' | docker build --build-arg http_proxy=own - 2>&1 | grep -i _proxy=`,
    ]);
    expect(output).toBe(
      ['HTTP_PROXY=own', 'http_proxy=http://p:1', 'HTTP_PROXY=http://p:1', 'http_proxy=own', ''].join('\n'),
    );
  });
});
