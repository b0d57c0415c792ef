import { describe, expect, it } from 'vitest';
import { goDuration } from '../../src/engine/goDuration.ts';
import { runLines } from '../support/labShell.ts';

// Rules that recordings of docker 28.2.2 with dockerd 20.10.24 show.

async function told(...lines: readonly string[]): Promise<string> {
  const { output } = await runLines(['docker pull -q busybox >/dev/null', ...lines]);
  return output;
}

describe('health checks', () => {
  it('count as failed while nobody asks, and are told as what is executed', async () => {
    const output = await told(
      "docker run -d --name hh --health-cmd true --health-interval 200ms busybox sleep 300 >/dev/null; sleep 1; docker inspect -f '{{.State.Health.Status}}' hh",
      "docker pause hh >/dev/null; docker inspect -f '{{.State.Health.Status}}' hh",
      "docker unpause hh >/dev/null; sleep 1; docker inspect -f '{{.State.Health.Status}}' hh",
      "docker stop -t 0 hh >/dev/null; docker inspect -f '{{.State.Health.Status}}' hh",
      "sleep 1; docker events --since 1h --until 0s --filter container=hh --format '{{.Action}}' | sort -u",
    );
    expect(output).toBe(
      [
        ...['healthy', 'unhealthy', 'healthy', 'unhealthy'],
        ...['create', 'die', 'exec_create: /bin/sh -c true', 'exec_die', 'exec_start: /bin/sh -c true'],
        ...['health_status: healthy', 'pause', 'start', 'stop', 'unpause', ''],
      ].join('\n'),
    );
  });

  it.each([
    [0, '0s'],
    [300, '300ms'],
    [1500, '1.5s'],
    [60_000, '1m0s'],
    [3_661_001, '1h1m1.001s'],
    [0.25, '250µs'],
  ])('are late by %d ms: %s', (durationMs, text) => {
    expect(goDuration(durationMs)).toBe(text);
  });
});

describe('docker exec', () => {
  it.each([
    ['-u 0:99999999999', 'uids and gids must be in range 0-2147483647'],
    ['-u -1', 'uids and gids must be in range 0-2147483647'],
    ['-u nobodyknows', 'unable to find user nobodyknows: no matching entries in passwd file'],
    [
      '-w /etc/passwd',
      'OCI runtime exec failed: exec failed: unable to start container process: chdir to cwd ("/etc/passwd") set in config.json failed: not a directory: unknown: Are you trying to mount a directory onto a file (or vice-versa)? Check if the specified host path exists and is the expected type',
    ],
  ])('%s', async (options, words) => {
    const output = await told(
      'docker run -d --name xx busybox sleep 300 >/dev/null',
      `docker exec ${options} xx id; echo $?`,
    );
    expect(output).toBe(`${words}\r\n126\n`);
  });
});
