import type { BuildCase, CaseFile } from '../../../scripts/conformance/builds/buildCase.ts';

const CONTEXT: readonly CaseFile[] = [
  { path: 'a.txt', mode: '0644', text: 'alpha\n' },
  { path: 'b.sh', mode: '0755', text: '#!/bin/sh\necho b\n' },
  { path: 'private', mode: '0600', text: 'p\n' },
  { path: 'empty/', mode: '0755' },
  { path: 'dir/in', mode: '0644', text: 'in\n' },
  { path: 'dir/sub/deep', mode: '0640', text: 'deep\n' },
  { path: 'dir/link', link: 'in' },
  { path: 'dir/.hidden', mode: '0644', text: 'h\n' },
  { path: 'café/ü', mode: '0644', text: 'names are bytes\n' },
  { path: `long/${'n'.repeat(120)}`, mode: '0644', text: 'a name that ustar splits or PAX holds\n' },
];

/** Small Dockerfiles, one thing each, that both builders are asked for. */
const DOCKERFILES: Readonly<Record<string, string>> = {
  'a file from the context': 'FROM scratch\nCOPY a.txt /\n',
  'a file below new folders': 'FROM scratch\nCOPY a.txt /one/two/three.txt\n',
  'two layers with the same parents': 'FROM scratch\nCOPY a.txt /d/a\nCOPY b.sh /d/b\n',
  'a folder with links and modes': 'FROM scratch\nCOPY dir /dir\n',
  'all of the context': 'FROM scratch\nCOPY . /ctx/\n',
  'names beyond ASCII': 'FROM scratch\nCOPY café /café\n',
  'a long name': 'FROM scratch\nCOPY long /long\n',
  'an empty folder': 'FROM scratch\nCOPY empty /empty\n',
  'wildcards and several sources': 'FROM scratch\nCOPY *.txt *.sh private /files/\n',
  'chown and chmod': 'FROM scratch\nCOPY --chown=1000:2000 --chmod=0640 dir /dir\n',
  'a file written over': 'FROM scratch\nCOPY a.txt /f\nCOPY b.sh /f\n',
  'a link': 'FROM scratch\nCOPY --link a.txt /linked/a\n',
  'parents kept': 'FROM scratch\nCOPY --parents dir/sub/deep /p/\n',
  'files excluded': 'FROM scratch\nCOPY --exclude=sub dir /dir\n',
  'WORKDIR makes folders': 'FROM scratch\nWORKDIR /w/x\nWORKDIR y\nCOPY a.txt .\n',
  'ADD of a file': 'FROM scratch\nADD a.txt /added/\n',
  heredocs: 'FROM scratch\nCOPY <<one <<"two" /h/\none $PATH\none\ntwo $PATH\ntwo\n',
  'only a config':
    'FROM scratch\nENV A=1 B="two words"\nLABEL z=1 a=2\nEXPOSE 80 53/udp\nVOLUME /data\nUSER 1:2\nSTOPSIGNAL SIGINT\nCMD ["x"]\n',
  'all of a config':
    'FROM scratch\nMAINTAINER Ann <ann@example.org>\nARG V=1\nENV V2=$V\nHEALTHCHECK --interval=5s CMD ["t"]\nSHELL ["/bin/x","-c"]\nONBUILD COPY a b\nENTRYPOINT run\nCMD me\nCOPY a.txt /\n',
  stages: 'FROM scratch AS one\nCOPY dir /d\nFROM scratch\nCOPY --from=one /d/sub /s\nCOPY --from=one /d/in /in\n',
  'a stage on a stage': 'FROM scratch AS one\nCOPY a.txt /a\nENV X=1\nFROM one\nCOPY b.sh /b\n',
  'RUN writes a file': 'FROM busybox\nRUN echo hello > /hello\n',
  'RUN makes folders and links':
    'FROM busybox\nRUN mkdir -p /x/y && ln -s y /x/l && echo 1 > /x/y/f && ln /x/y/f /x/y/g\n',
  'RUN removes': 'FROM busybox\nRUN mkdir /x && echo 1 > /x/a && echo 2 > /x/b\nRUN rm /x/a\nRUN rm -r /x\n',
  'RUN makes a folder anew': 'FROM busybox\nRUN mkdir /x && touch /x/a\nRUN rm -r /x && mkdir /x && touch /x/b\n',
  'RUN changes modes and owners': 'FROM busybox\nCOPY a.txt /a\nRUN chmod 600 /a && chown 5:6 /a\n',
  'RUN changes nothing': 'FROM busybox\nRUN true\n',
  'RUN with arguments':
    'FROM busybox\nARG NAME=world\nENV GREETING=hello\nWORKDIR /w\nRUN echo "$GREETING $NAME" > out\n',
  'RUN as another user': 'FROM busybox\nUSER 1000:1000\nWORKDIR /home/u\nRUN id -u > /tmp/id\n',
  'RUN with mounts':
    'FROM busybox\nRUN --mount=type=bind,target=/ctx --mount=type=tmpfs,target=/t --mount=type=cache,target=/c cp /ctx/a.txt /copied && touch /t/x /c/y\n',
  'COPY onto a base': 'FROM busybox\nCOPY b.sh /bin/b\nCOPY a.txt /etc/a\n',
  'WORKDIR on a base': 'FROM busybox\nWORKDIR /etc/new\nWORKDIR /tmp\n',
};

export const OWN_CASES: readonly BuildCase[] = Object.entries(DOCKERFILES).map(([name, text]) => ({
  source: 'tests/build/real',
  name,
  dockerfile: 'Dockerfile',
  files: [...CONTEXT, { path: 'Dockerfile', mode: '0644', text }],
}));
