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
  'RUN makes the same again':
    'FROM busybox\nRUN echo 1 > /f && chmod 600 /f\nRUN echo 1 > /f\nRUN chmod 600 /f && touch -d @5 /g\nRUN touch -d @5 /g\n',
  'RUN makes a tree anew':
    'FROM busybox\nRUN mkdir -p /x/k/l /x/d && touch /x/k/l/f /x/d/g /x/e && touch -d @7 /x/old\nRUN rm -r /x && mkdir -p /x/k /x/a && echo 2 > /x/e && touch /x/k/n && touch -d @7 /x/old\n',
  'RUN turns a file into a folder and back':
    'FROM busybox\nRUN mkdir /d && touch /d/a /f\nRUN rm -r /d /f && touch /d && mkdir /f && touch /f/x\n',
  'RUN links what is there': 'FROM busybox\nRUN echo 1 > /one\nRUN ln /one /two && ln /one /three\n',
  'RUN renames': 'FROM busybox\nRUN mkdir /d && touch /d/a /f\nRUN mv /f /g && mv /d/a /d/b && mv /d /e\n',
  'RUN on a tree without system folders': 'FROM scratch\nCOPY --from=busybox /bin /bin\nRUN echo 1 > /f\n',
  'RUN with mounts in folders that are new':
    'FROM busybox\nRUN --mount=type=cache,target=/var/new/deep/c touch /var/new/deep/c/x\nRUN --mount=type=bind,source=a.txt,target=/n/file cat /n/file > /copied\nRUN --mount=type=tmpfs,target=/t touch /t/x /t2\n',
  'RUN in a folder that is new': 'FROM busybox\nUSER 5:6\nWORKDIR /tmp/w/x\nRUN id -u > f; pwd >> f\n',
  'RUN scripts': 'FROM busybox\nRUN <<EOF\n#!/bin/sh\necho "$0" > /script\nEOF\nRUN <<A cat - > /two\nfirst\nA\n',
  'COPY keeps owners of a stage':
    'FROM busybox AS one\nRUN mkdir /o && echo 1 > /o/f && chown -R 7:8 /o && chmod 2751 /o && chmod 4755 /o/f && touch -d @9 /o/f /o\nFROM scratch\nCOPY --from=one /o /p\nCOPY --from=one /o/f /q/\nCOPY --from=one --chown=3 /o /r/\n',
  'COPY of hard links':
    'FROM busybox AS one\nRUN mkdir /d && echo 1 > /d/a && ln /d/a /d/b && ln -s a /d/c\nFROM scratch\nCOPY --from=one /d /d\nCOPY --from=one /d/a /d/b /e/\n',
  'COPY of links':
    'FROM busybox\nCOPY dir/link /one\nCOPY dir/link /two/\nCOPY dir/l* /three/\nRUN ln -s /etc /four\nCOPY a.txt /four/a\n',
  'COPY over a link to a file': 'FROM busybox\nRUN echo 1 > /real && ln -s real /name\nCOPY a.txt /name\n',
  'COPY with named owners':
    'FROM busybox\nCOPY --chown=daemon:nobody a.txt /a\nCOPY --chown=nosuch a.txt /b\nCOPY --chown=55 a.txt /c\n',
  'COPY with symbolic modes':
    'FROM scratch\nCOPY --chmod=u=rwX,go=rX dir /d\nCOPY --chmod=a+x,o-r a.txt /n/a\nCOPY --chmod=g=u private /p\n',
  'COPY with modes for new folders': 'FROM scratch\nCOPY --chmod=0700 a.txt /n/m/a\nCOPY --chmod=4711 b.sh /s/\n',
  'COPY of a folder into one that is there':
    'FROM busybox\nRUN mkdir -m 700 /t && touch -d @5 /t\nCOPY dir /t\nCOPY dir /t/\nCOPY dir /etc\n',
  'links below others':
    'FROM busybox\nRUN mkdir -m 700 /l && touch /l/x\nCOPY --link a.txt b.sh /l/\nCOPY --link dir /l/dir\nRUN echo 1 > /l/y\n',
  'files excluded, none of which is there': 'FROM scratch\nCOPY --exclude=nosuch dir /dir\n',
  'folders excluded but for a file': 'FROM scratch\nCOPY --exclude=sub --exclude=!sub/deep dir /dir\n',
  'parents from a pivot': 'FROM scratch\nCOPY --parents ./dir/./sub/deep dir/*n /p/\n',
  'ADD of a git ref': 'FROM scratch\nCOPY git@example.org:x.git /\n',
  'WORKDIR through a link': 'FROM busybox\nRUN ln -s /var /v\nWORKDIR /v/w\nCOPY a.txt .\n',
  'USER by name and WORKDIR': 'FROM busybox\nUSER daemon\nWORKDIR /w/x\nUSER nobody:daemon\nWORKDIR y\n',
  'RUN as somebody in a cache':
    'FROM busybox\nUSER daemon\nRUN --mount=type=cache,target=/c,uid=1,gid=2,mode=0750 stat -c "%u %g %a" /c > /tmp/c\nRUN --mount=type=tmpfs,target=/t stat -c "%u %g %a" /t > /tmp/t\nRUN --mount=type=bind,target=/b stat -c "%u %g %a" /b /b/a.txt > /tmp/b\n',
  'security that nobody allows': 'FROM busybox\nRUN --security=insecure true\n',
  'a network that nobody allows': 'FROM busybox\nRUN --network=host true\n',
  'a device that is not there': 'FROM busybox\nRUN --device=example.org/none=x true\n',
  'WORKDIR on a base': 'FROM busybox\nWORKDIR /etc/new\nWORKDIR /tmp\n',
};

export const OWN_CASES: readonly BuildCase[] = Object.entries(DOCKERFILES).map(([name, text]) => ({
  source: 'tests/build/real',
  name,
  dockerfile: 'Dockerfile',
  files: [...CONTEXT, { path: 'Dockerfile', mode: '0644', text }],
}));
