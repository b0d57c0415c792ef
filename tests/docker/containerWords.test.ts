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

describe('the settings of logs', () => {
  it.each([
    ['max-size=x', "failed to initialize logging driver: invalid size: 'x'"],
    ['max-size=0', 'failed to initialize logging driver: max-size must be a positive number'],
    ['max-file=0', 'failed to initialize logging driver: max-file cannot be less than 1'],
    ['max-file=x', 'failed to initialize logging driver: strconv.Atoi: parsing "x": invalid syntax'],
    [
      'compress=true',
      'failed to initialize logging driver: compress cannot be true when max-file is less than 2 or max-size is not set',
    ],
    ['tag=x --log-driver journald', 'failed to initialize logging driver: journald is not enabled on this host'],
    ['mode=bogus', 'logger: logging mode not supported: bogus'],
    ['max-buffer-size=1m', "logger: max-buffer-size option is only supported with 'mode=non-blocking'"],
  ])('%s', async (option, words) => {
    const output = await told(`docker run --log-opt ${option} busybox true 2>&1 | head -1`);
    expect(output).toContain(`docker: Error response from daemon: ${words}`);
  });

  it('let old files go', async () => {
    const output = await told(
      'docker run --name xx --log-opt max-size=1k --log-opt max-file=2 busybox seq 1 100 | wc -l',
      'docker logs xx > lines; head -1 lines; tail -1 lines; docker run --name yy busybox seq 1 100 >/dev/null; docker logs yy | wc -l',
    );
    const [written, first, last, whole] = output.split('\n');
    expect([written, last, whole]).toEqual(['100', '100', '100']);
    // Two files of 1 kB, of about 70 bytes a line.
    expect(Number(first)).toBeGreaterThan(70);
    expect(Number(first)).toBeLessThan(88);
  });
});

describe('docker top', () => {
  it.each([
    ['-o pid,args', ['PID COMMAND', 'N sleep 300']],
    ['aux', ['USER PID %CPU %MEM VSZ RSS TTY STAT START TIME COMMAND', 'root N']],
    ['-eo user,args', ["Error response from daemon: Couldn't find PID field in ps output"]],
    ['-bogus', ['Error response from daemon: ps: error: unsupported SysV option']],
    ['-o pid,user=PID', ['Error response from daemon: specifying "pid,user=PID" is not allowed']],
  ])('%s', async (words, lines) => {
    const output = await told(
      'docker run -d --name xx busybox sleep 300 >/dev/null',
      `docker top xx ${words} 2>&1 | sed 's/  */ /g; s/ *$//; s/\\(^\\|root \\)[0-9][0-9]*/\\1N/; s/ 0\\.0 .*//'`,
    );
    expect(output.split('\n').filter((line) => line !== '')).toEqual(lines);
  });
});
