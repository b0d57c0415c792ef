import { describe, expect, it } from 'vitest';
import { applyChanges } from '../../src/build/changes/applyChanges.ts';
import { EMPTY_CONFIG } from '../../src/engine/containerConfig.ts';

describe('changes of commit and import', () => {
  it.each([
    ['CMD ["/bin/app", "x"]', { Cmd: ['/bin/app', 'x'] }],
    ['CMD echo shell form', { Cmd: ['/bin/sh', '-c', 'echo shell form'] }],
    ['CMD ["unterminated', { Cmd: ['/bin/sh', '-c', '["unterminated'] }],
    ['ENV A=1 B="two words"', { Env: ['A=1', 'B=two words'] }],
    ['ENV K V with spaces', { Env: ['K=V with spaces'] }],
    ['LABEL who=me', { Labels: { who: 'me' } }],
    ['EXPOSE 80 443/udp', { ExposedPorts: { '80/tcp': {}, '443/udp': {} } }],
    ['VOLUME ["/v1", "/v2"]', { Volumes: { '/v1': {}, '/v2': {} } }],
    ['USER 7', { User: '7' }],
    ['WORKDIR sub', { WorkingDir: '/sub' }],
    ['ONBUILD RUN x', { OnBuild: ['RUN x'] }],
    ['HEALTHCHECK --interval=5s CMD true', { Healthcheck: { Test: ['CMD-SHELL', 'true'], Interval: 5_000_000_000 } }],
  ])('%s', (change, wanted) => {
    expect(applyChanges(EMPTY_CONFIG, [change])).toEqual({ ...EMPTY_CONFIG, ...wanted });
  });

  it('takes the command away with a new entrypoint, unless one is given too', () => {
    const config = { ...EMPTY_CONFIG, Cmd: ['sh'] };
    expect(applyChanges(config, ['ENTRYPOINT ["cat"]'])).toMatchObject({ Entrypoint: ['cat'], Cmd: null });
    expect(applyChanges(config, ['CMD ["x"]', 'ENTRYPOINT ["cat"]'])).toMatchObject({ Cmd: ['x'] });
  });

  it('expands variables, and keeps the place of one that is set again', () => {
    const config = { ...EMPTY_CONFIG, Env: ['A=1', 'B=2'] };
    expect(applyChanges(config, ['ENV A=3 C=$B', 'WORKDIR /$C']).Env).toEqual(['A=3', 'B=2', 'C=2']);
    expect(applyChanges(config, ['ENV C=$B', 'WORKDIR /$C']).WorkingDir).toBe('/2');
  });

  it.each([
    ['RUN true', 'run is not a valid change command'],
    ['FOO bar', 'foo is not a valid change command'],
    ['STOPSIGNAL 9', 'stopsignal is not a valid change command'],
    ['ENV', 'ENV requires at least one argument'],
  ])('refuses %s', (change, message) => {
    expect(() => applyChanges(EMPTY_CONFIG, [change])).toThrow(message);
  });
});
