import { expect, it } from 'vitest';
import { HOST_PROGRAMS } from '../../../src/machine/hostPrograms.ts';
import { standIn } from '../../../src/shell/kernel/standIn.ts';
import { buildkitBuild } from '../../support/buildkitBuild.ts';
import { testEngine } from '../../support/testEngine.ts';

it('BK-3 proxies reach commands in both spellings, and count in no key', async () => {
  const host = testEngine({ programs: HOST_PROGRAMS });
  const files = { 'bin/sh': { text: standIn('sh'), mode: 0o755 } };
  const text = 'FROM scratch\nCOPY bin /bin/\nRUN echo "<$http_proxy|$HTTP_PROXY|$no_proxy|$OTHER>"\n';
  const given = (proxy: string) => ({
    buildArgs: new Map([
      ['http_proxy', proxy],
      ['OTHER', 'x'],
    ]),
  });
  const { log, error } = await buildkitBuild(host, text, files, given('p:1'));
  expect(error).toBeUndefined();
  expect(log).toContain('<p:1|p:1||>');
  expect((await buildkitBuild(host, text, files, given('p:2'))).log.match(/CACHED/g)?.length).toBe(2);
});
