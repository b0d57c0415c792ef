import { describe, expect, it } from 'vitest';
import { bootLab, runOn } from '../support/labShell.ts';

const START = [
  'mkdir -p /w; cd /w; export DOCKER_BUILDKIT=1; echo s3 > f',
  "printf 'FROM busybox\\nRUN --mount=type=secret,id=s cat /run/secrets/s; cat /etc/hosts; id\\n' > Dockerfile",
];
const DAEMON = 'Error response from daemon: ';

describe('BK-5 docker build of client 20.10 with BuildKit', () => {
  it('refuses what the client and the daemon refused', async () => {
    const rows = [
      ['--secret foo', "could not parse secrets: [foo]: invalid field 'foo' must be a key=value pair"],
      ['--secret src=f', 'could not parse secrets: [src=f]: secret missing ID'],
      [
        '--secret id=s,src=nosuch',
        'could not parse secrets: [id=s,src=nosuch]: failed to stat nosuch: stat nosuch: no such file or directory',
      ],
      [
        '--ssh default',
        'could not parse ssh: [default]: invalid empty ssh agent socket, make sure SSH_AUTH_SOCK is set',
      ],
      ['--ssh a=nosuch', 'could not parse ssh: [a=nosuch]: stat nosuch: no such file or directory'],
      ['-o type=bogus', `${DAEMON}exporter "bogus" could not be found`],
      ['-o type=oci,dest=x', `${DAEMON}exporter "oci" could not be found`],
      ['-o type=tar', 'dest is required for tar output'],
      ['-o type=tar,dest=no/x', 'failed to open no/x: open no/x: no such file or directory'],
      ['--isolation hyperv', `${DAEMON}Unsupported isolation: "hyperv"`],
      ['--network bogus', `${DAEMON}network mode "bogus" not supported by buildkit`],
      ['--platform a/b/c/d', `${DAEMON}"a/b/c/d": cannot parse platform specifier: invalid argument`],
      ['--iidfile no/x', 'cannot write image ID file: open no/x: no such file or directory'],
    ] as const;
    const lines = rows.map(([flags]) => `docker build ${flags} . 2>&1 | tail -1`);
    const { output } = await runOn(bootLab(), [...START, ...lines]);
    expect(output.trimEnd().split('\n')).toEqual(rows.map(([, words]) => words));
  });

  it('says how it is called as cobra of that time did', async () => {
    const { output } = await runOn(bootLab(), ['docker build -t Bad .; docker build; docker build --help | head -2']);
    expect(output).toBe(
      'invalid argument "Bad" for "-t, --tag" flag: invalid reference format: repository name must be lowercase\n' +
        "See 'docker build --help'.\n" +
        '"docker build" requires exactly 1 argument.\nSee \'docker build --help\'.\n\n' +
        'Usage:  docker build [OPTIONS] PATH | URL | -\n\nBuild an image from a Dockerfile\n' +
        '\nUsage:  docker build [OPTIONS] PATH | URL | -\n',
    );
  });

  it('gives RUN secrets, hosts and who runs', async () => {
    const build = (flags: string) =>
      `docker build --progress plain --no-cache ${flags} . 2>&1 | sed -n 's/^#5 [0-9.]* //p'`;
    const { output } = await runOn(bootLab(), [
      ...START,
      build('--secret id=s,src=f --add-host h:1.2.3.4 --memory 10m --compress'),
      `WORD=env ${build('--secret id=s,env=WORD')}`,
    ]);
    const hosts = '127.0.0.1\tlocalhost buildkitsandbox\n::1\tlocalhost ip6-localhost ip6-loopback\n';
    const who = 'uid=0(root) gid=0(root)\n';
    expect(output).toBe(`s3\n${hosts}1.2.3.4\th\n${who}env${hosts}${who}`);
  });

  it('tells all of a quiet build that failed', async () => {
    const { output } = await runOn(bootLab(), [
      ...START,
      "printf 'FROM busybox\\nRUN echo told; false\\n' > Dockerfile; docker build -q . 2>&1 | grep -c -e told$ -e ERROR",
    ]);
    expect(output).toBe('2\n');
  });

  it('is of its own mind on an image that is there without a cache', async () => {
    const id = 'docker build -q .';
    const { output } = await runOn(bootLab(), [
      'mkdir -p /w; cd /w; export DOCKER_BUILDKIT=1; echo 1 > f',
      "printf 'FROM busybox\\nCOPY f /f\\nRUN echo 1\\n' > Dockerfile",
      `a=$(${id}); sleep 2; b=$(${id} --no-cache --add-host h:1.2.3.4); sleep 2; c=$(${id}); [ $a = $b ] || echo new; [ $a = $c ] && echo old`,
    ]);
    expect(output).toBe('new\nold\n');
  });
});
