import { describe, expect, it } from 'vitest';
import { UTILITIES } from '../../../src/shell/utilities/registry.ts';
import { type Files, run, testKernel } from '../../support/testKernel.ts';

const FILES: Files = {
  '/data/a/b/file': 'x',
  '/data/a/empty': null,
  '/data/sorted': 'a\nb\nc\n',
  '/data/unsorted': 'a\nc\nb\n',
  '/etc/passwd': 'root:x:0:0:root:/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\n',
  '/etc/group': 'root:x:0:\nann:x:1000:\nstaff:x:50:ann\ncrew:x:51:ann\n',
};

/** Lines run one after another; the last one's outcome counts. */
async function last(...lines: readonly string[]) {
  const on = testKernel({ programs: UTILITIES, files: FILES });
  let outcome = await run(on, ['true']);
  for (const line of lines) outcome = await run(on, line.split(' '), { cwd: '/data' });
  return outcome;
}

const ROOT_IS_KEPT = "it is dangerous to operate recursively on '/'";

describe('what a switch does', () => {
  it.each([
    [['ln -s a/b l', 'realpath l/..'], '/data/a\n'],
    [['ln -s a/b l', 'realpath -L l/..'], '/data\n'],
    [['ln -s a/b l', 'realpath -L -P l/..'], '/data/a\n'],
    [['ln -s sorted l', 'du -L -P --apparent-size -b l'], '6\tl\n'],
    [['ln -s sorted l', 'ln -LP l hard', 'stat -c %F hard'], 'symbolic link\n'],
    [['ln -s sorted l', 'file -L -h l'], 'l: symbolic link to sorted\n'],
    [['date --resolution'], '0.000000001\n'],
    [['tree --noreport --prune a'], 'a\n`-- b\n    `-- file\n'],
    [['usermod -r -G staff ann', 'id -Gn ann'], 'ann crew\n'],
    [['env -u A -SB=1 printenv B'], '1\n'],
    [['chroot --groups=50,crew / id -G'], '0 50 51\n'],
    [['free -w'], /shared {5}buffers {7}cache {3}available/],
  ])('%j', async (lines, stdout) => {
    const outcome = await last(...lines);
    if (typeof stdout === 'string') expect(outcome.stdout).toBe(stdout);
    else expect(outcome.stdout).toMatch(stdout);
  });

  it.each([
    ['chmod -R --preserve-root 700 /', 1, `chmod: ${ROOT_IS_KEPT}\n`],
    [
      'chown -R --preserve-root root /data/..',
      1,
      "chown: it is dangerous to operate recursively on '/data/..' (same as '/')",
    ],
    ['join --check-order sorted unsorted', 1, 'join: unsorted:3: is not sorted: b\n'],
    ['env -v -u B A=1 true x', 0, "unset:    B\nsetenv:   A=1\nexecuting: true\n   arg[0]= 'true'\n   arg[1]= 'x'\n"],
    ['usermod -r ann', 2, 'usermod: -r flag is only allowed with the -G flag\n'],
    ['usermod -ar -G staff ann', 2, 'usermod: -r and -a are mutually exclusive flags\n'],
    ['delgroup --only-if-empty staff', 1, "delgroup: The group `staff' is not empty!\n"],
    ['adduser Ann', 1, 'adduser: Please enter a username matching the regular expression'],
    ['chroot --skip-chdir a ls', 125, "chroot: option --skip-chdir only permitted if NEWROOT is old '/'\n"],
    ['su -g nosuch ann', 1, 'su: group nosuch does not exist\n'],
    ['who -b', 2, "who: option '-b' is not simulated\n"],
    ['zstd -v sorted', 2, "zstd: option '-v' is not simulated\n"],
  ])('%s', async (line, status, stderr) => {
    const outcome = await last(line);
    expect(outcome.stderr.startsWith(stderr), outcome.stderr).toBe(true);
    expect(outcome.code).toBe(status);
  });

  it('keeps rm --one-file-system off what is mounted', async () => {
    const outcome = await last('mount -t tmpfs none a/empty', 'rm -r --one-file-system a');
    expect(outcome.stderr).toBe("rm: skipping 'a/empty', since it's on a different device\n");
    expect(outcome.code).toBe(1);
  });

  it('keeps tree -x off what is mounted', async () => {
    const outcome = await last('mount -t tmpfs none a/empty', 'touch a/empty/inside', 'tree -x --noreport a');
    expect(outcome.stdout).not.toContain('inside');
    expect(outcome.stdout).toContain('empty');
  });

  it('tells what bzip2 and xz did, in their own forms', async () => {
    expect((await last('bzip2 -v sorted')).stderr).toMatch(
      /^ {2}sorted: {3}0\.\d{3}:1, +[\d.]+ bits\/byte, -[\d.]+% saved, 6 in, \d+ out\.\n$/,
    );
    expect((await last('xz -v sorted')).stderr).toMatch(/^sorted: \d+ B \/ 6 B > 9\.999\n$/);
  });
});
