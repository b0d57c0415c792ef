import { expect, it } from 'vitest';
import { runLines } from '../support/labShell.ts';

it('refuses content trust by name where it is asked for', async () => {
  const { output } = await runLines([
    'export DOCKER_CONTENT_TRUST=1; docker pull busybox; echo $?; docker pull -q --disable-content-trust busybox',
    'docker run --rm busybox true; export DOCKER_CONTENT_TRUST=0; docker run --rm busybox echo ok',
    'docker run --rm --disable-content-trust=false busybox true',
  ]);
  expect(output).toBe(
    [
      "docker: content trust of 'docker pull' is not simulated",
      '125',
      'docker.io/library/busybox:latest',
      "docker: content trust of 'docker run' is not simulated",
      'ok',
      "docker: content trust of 'docker run' is not simulated",
      '',
    ].join('\n'),
  );
});
