import { openTerminal, run, screenOf } from './support/labTerminal.ts';
import { expect, test } from './support/test.ts';

/** Command lines as tutorials print them, and what is then on the screen. */
type Lesson = readonly (readonly [line: string, shows?: string | undefined])[];

const SAVING: Lesson = [
  [
    'docker import http://download.openvz.org/template/precreated/ubuntu-16.04-x86_64.tar.gz openvz/ubuntu:16.04',
    'sha256:',
  ],
  ['docker image ls openvz/ubuntu', 'openvz/ubuntu'],
  ['docker history openvz/ubuntu:16.04', 'Imported from http://download.openvz.org'],
  ['docker pull -q alpine; docker pull -q nginx', 'docker.io/library/nginx:latest'],
  ['docker image ls alpine', 'alpine       latest'],
  ['docker save alpine -o filename; file filename', 'POSIX tar archive'],
  ['docker save alpine | gzip > alpine-latest.tar.gz', undefined],
  ['docker load -i alpine-latest.tar.gz', 'Loaded image: alpine:latest'],
  ["docker save alpine | bzip2 | pv | ssh root@b 'cat | docker load'", 'Loaded image: alpine:latest'],
  ['docker save nginx | gzip > nginx-v1.0.0.tar.gz; docker load -i nginx-v1.0.0.tar.gz', 'Loaded image: nginx:latest'],
  ['docker run -d --name nginx nginx > /dev/null; docker export nginx > nginx-v1.0.0.tar.gz', undefined],
  ['docker import - nginx:v1.0.0 < nginx-v1.0.0.tar.gz', 'sha256:'],
  [
    'docker tag alpine xxx:yyy; docker save xxx:yyy | gzip -9 > zzzzz.tar.gz; docker load < zzzzz.tar.gz',
    'Loaded image: xxx:yyy',
  ],
  ['docker images | grep xxx', 'xxx'],
  [
    'docker pull -q ubuntu:14.04; sudo docker save -0 ubuntu_14.04.tar ubuntu:14.04',
    "unknown shorthand flag: '0' in -0",
  ],
  [
    'sudo docker save -o ubuntu_14.04.tar ubuntu:14.04; sudo docker load --input ubuntu_14.04.tar',
    'Loaded image: ubuntu:14.04',
  ],
  ['sudo docker <ubuntu_14.04.tar | head -3', 'A self-sufficient runtime for containers'],
];

const COMMITTING: Lesson = [
  ['docker run --name db2a5c9ed94f centos touch /test.txt', 'Downloaded newer image for centos:latest'],
  ["docker commit -a='donghoa' -m 'add test.txt' db2a5c9ed94f centos:newest", 'sha256:'],
  ['docker images', 'newest'],
  [
    'sudo docker pull registry.hub.docker.com/ubuntu:12.04',
    'Status: Downloaded newer image for registry.hub.docker.com/ubuntu:12.04',
  ],
  ['sudo docker pull dl.dockerpool.com:5000/ubuntu:12.04', 'dl.dockerpool.com:5000/ubuntu:12.04'],
  ['docker image inspect ubuntu:12.04 2>&1 | head -3', 'No such image: ubuntu:12.04'],
  ['sudo docker rmi training/sinatra', 'Error: No such image: training/sinatra'],
  ['sudo docker rm db2a5c9ed94f', 'db2a5c9ed94f'],
  [
    'docker tag centos:newest donghoa/centos; docker push donghoa/centos',
    'denied: requested access to the resource is denied',
  ],
];

const DOCKERFILE = [
  '# This is a comment',
  'FROM ubuntu:14.04',
  'MAINTAINER Docker Newbee <newbee@docker.com>',
  'RUN apt-get -qq update',
  'RUN apt-get -qqy install ruby ruby-dev',
  'RUN gem install sinatra',
].join('\\n');

const BUILDING: Lesson = [
  ['mkdir sinatra; cd sinatra; touch Dockerfile', undefined],
  [`printf '${DOCKERFILE}\\n' > Dockerfile`, undefined],
  ['sudo docker build -t="hujingwei:hu2" .', 'Successfully tagged hujingwei:hu2'],
  ['docker history hujingwei:hu2', 'gem install sinatra'],
  ['docker build -f Dockerfile -t redis:test .', 'Successfully tagged redis:test'],
  ['docker build --no-cache=true . | tail -1', 'Successfully built'],
];

for (const [name, lesson] of [
  ['importing, saving, loading', SAVING],
  ['committing, pulling, removing', COMMITTING],
  ['building', BUILDING],
] as const) {
  test(`LAB-1 what tutorials print works when it is typed: ${name}`, async ({ explorer, page }) => {
    test.slow();
    await explorer.goto();
    await openTerminal(page);
    for (const [line, shows] of lesson) {
      await run(page, 'clear');
      await run(page, line);
      if (shows !== undefined) await expect(screenOf(page), line).toContainText(shows);
    }
  });
}

test('LAB-1 a container’s shell is talked to, left and found again', async ({ explorer, page }) => {
  await explorer.goto();
  await openTerminal(page);
  await run(page, 'docker pull -q ubuntu:14.04');
  await page.keyboard.type('docker run -it --name box ubuntu:14.04 /bin/bash\n');
  await expect(screenOf(page)).toContainText(/root@[0-9a-f]{12}:\/#/);
  await page.keyboard.type('echo inside > /note\n');
  await page.keyboard.press('Control+p');
  await page.keyboard.press('Control+q');
  await expect(screenOf(page)).toContainText(/:\/# *root@palimpsest:~#/);
  await run(page, 'docker exec box cat /note');
  await expect(screenOf(page)).toContainText('inside');
  await page.keyboard.type('docker attach box\n');
  await page.keyboard.type('exit\n');
  await run(page, "docker ps -a --format '{{.Names}} {{.Status}}'");
  await expect(screenOf(page)).toContainText('box Exited (0)');
});
