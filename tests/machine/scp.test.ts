import { describe, expect, it } from 'vitest';
import { runLines } from '../support/labShell.ts';

describe('MACH-1 files go between machines by scp', () => {
  it('there and back, with their modes, directories and times', async () => {
    const { output } = await runLines([
      'printf "one\\n" > a; chmod 750 a; mkdir -p d/e; echo two > d/e/f; head -c 200000 /dev/zero > big; touch -d 2001-02-03T04:05:06Z a',
      'scp a big b:; scp -r -p d root@b:/tmp/copy; scp -p a b:/tmp/kept',
      'ssh b \'ls -l --time-style=+%Y /tmp/kept | tr -s " " | cut -d " " -f 1,6-; cat a /tmp/copy/e/f; wc -c < big\'',
      "ssh b 'echo theirs > x; mkdir y; echo in > y/z'; scp b:x .; scp -r b:y .; cat x y/z; mkdir all; scp 'b:x' b:a all; ls all",
      'scp a b:x; ssh b cat x',
    ]);
    expect(output).toBe('-rwxr-x--- 2001 /tmp/kept\none\ntwo\n200000\ntheirs\nin\na\nx\none\n');
  });

  it('refuses what cannot be copied', async () => {
    const { output } = await runLines([
      'mkdir d; echo x > f; scp nosuch b:; echo $?; scp b:nosuch .; echo $?; scp d b:; echo $?; scp f b:/no/such/place; echo $?',
      'scp f nowhere:; echo $?; scp; echo $?; scp -3 a b; echo $?; scp f f b:/etc/passwd/x; echo $?; scp b:x b:y here; echo $?',
    ]);
    expect(output).toBe(
      [
        'scp: stat local "nosuch": No such file or directory\n1',
        'scp: nosuch: No such file or directory\n1',
        'scp: d: not a regular file\n1',
        'scp: /no/such/place: No such file or directory\n1',
        'ssh: Could not resolve hostname nowhere: Name or service not known\n255',
        'usage: scp [-346ABCOpqRrsTv] [-c cipher] [-D sftp_server_path] [-F ssh_config]\n           [-i identity_file] [-J destination] [-l limit]\n           [-o ssh_option] [-P port] [-S program] source ... target\n1',
        "scp: option '-3' is not simulated\n2",
        'scp: /etc/passwd/x: Not a directory\nscp: /etc/passwd/x: Not a directory\n1',
        'scp: here: No such file or directory\n1\n',
      ].join('\n'),
    );
  });
});
