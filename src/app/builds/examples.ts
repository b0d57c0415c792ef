import type { MessageKey } from '../../i18n/messages.ts';

/** Something to start from: files, and words about what to look at. */
export interface Example {
  /** Also the name of its folder. */
  readonly id: string;
  readonly title: MessageKey;
  readonly about: MessageKey;
  readonly files: Readonly<Record<string, string>>;
  readonly build?: { readonly tag?: string; readonly buildArgs?: string };
}

const lines = (...all: readonly string[]): string => `${all.join('\n')}\n`;

/** Lessons first, then what the tutorials build. */
export const EXAMPLES: readonly Example[] = [
  {
    id: 'first',
    title: 'builds.example.first',
    about: 'builds.example.first.about',
    files: {
      Dockerfile: lines(
        'FROM busybox',
        'WORKDIR /greeting',
        'RUN echo "made by a layer" > made.txt',
        'COPY hello.txt .',
        'ENV NAME=world',
        'CMD ["cat", "hello.txt", "made.txt"]',
      ),
      'hello.txt': lines('Hello!'),
    },
  },
  {
    id: 'cache-order',
    title: 'builds.example.cacheOrder',
    about: 'builds.example.cacheOrder.about',
    files: {
      Dockerfile: lines(
        'FROM ubuntu:20.04',
        'COPY . /app',
        'RUN apt-get update && apt-get install -y curl',
        'WORKDIR /app',
        'CMD ["sh", "start.sh"]',
      ),
      'Dockerfile.ordered': lines(
        'FROM ubuntu:20.04',
        'RUN apt-get update && apt-get install -y curl',
        'WORKDIR /app',
        'COPY . .',
        'CMD ["sh", "start.sh"]',
      ),
      'start.sh': lines('echo "version 1"'),
      'notes.md': lines('Change this file, build again, and see what was kept.'),
    },
  },
  {
    id: 'multi-stage',
    title: 'builds.example.multiStage',
    about: 'builds.example.multiStage.about',
    files: {
      Dockerfile: lines(
        'FROM debian AS tools',
        'RUN apt-get update && apt-get install -y make',
        '',
        'FROM tools AS build',
        'WORKDIR /src',
        'COPY page.template names.txt ./',
        'RUN mkdir /site && for name in $(cat names.txt); do \\',
        '      sed "s/NAME/$name/" page.template > "/site/$name.html"; \\',
        '    done',
        '',
        'FROM nginx',
        'COPY --from=build /site /usr/share/nginx/html',
      ),
      'page.template': lines('<h1>Hello, NAME</h1>'),
      'names.txt': lines('ada', 'grace', 'edsger'),
    },
  },
  {
    id: 'ignore',
    title: 'builds.example.ignore',
    about: 'builds.example.ignore.about',
    files: {
      Dockerfile: lines('FROM busybox', 'COPY . /app', 'RUN ls -aR /app'),
      '.dockerignore': lines(
        '# A line a pattern; the last that matches decides.',
        '*.log',
        '!keep.log',
        '.git',
        'secret*',
      ),
      'app.sh': lines('echo app'),
      'debug.log': lines('a log that nobody needs in an image'),
      'keep.log': lines('a log that is wanted'),
      'secret.env': lines('TOKEN=not-for-images'),
      '.git/HEAD': lines('ref: refs/heads/main'),
    },
  },
  {
    id: 'arguments',
    title: 'builds.example.arguments',
    about: 'builds.example.arguments.about',
    files: {
      Dockerfile: lines(
        'ARG BASE=alpine',
        'FROM $BASE',
        'RUN echo "before the argument" > /early',
        'ARG VERSION=1.0',
        'RUN echo "version $VERSION" > /version',
        'CMD ["cat", "/version"]',
      ),
    },
    build: { buildArgs: 'VERSION=1.0' },
  },
  {
    id: 'layers',
    title: 'builds.example.layers',
    about: 'builds.example.layers.about',
    files: {
      Dockerfile: lines(
        'FROM busybox',
        'RUN mkdir /files && cd /files && touch one two three four && echo old > five',
        'RUN touch /files/six',
        'RUN echo new > /files/five',
        'CMD ["ls", "-l", "/files"]',
      ),
    },
  },
  {
    id: 'failing',
    title: 'builds.example.failing',
    about: 'builds.example.failing.about',
    files: {
      Dockerfile: lines(
        'FROM alpine',
        'RUN echo "this is kept" > /kept',
        'RUN test -f /missing',
        'RUN echo "never reached"',
      ),
    },
  },
  {
    id: 'sinatra',
    title: 'builds.example.sinatra',
    about: 'builds.example.sinatra.about',
    files: {
      Dockerfile: lines(
        'FROM ubuntu:14.04',
        'MAINTAINER Docker Newbee <newbee@docker.com>',
        'RUN apt-get -qq update',
        'RUN apt-get -qqy install ruby ruby-dev',
        'RUN gem install sinatra',
      ),
    },
  },
  {
    id: 'redis-test',
    title: 'builds.example.redis',
    about: 'builds.example.redis.about',
    files: {
      Dockerfile: lines(
        'FROM redis',
        'COPY redis.conf /usr/local/etc/redis/redis.conf',
        'CMD ["redis-server", "/usr/local/etc/redis/redis.conf"]',
      ),
      'redis.conf': lines('maxmemory 64mb', 'appendonly yes'),
    },
    build: { tag: 'redis:test' },
  },
  {
    id: 'commit',
    title: 'builds.example.commit',
    about: 'builds.example.commit.about',
    files: {
      Dockerfile: lines('FROM centos', 'LABEL author=donghoa', 'RUN touch /test.txt'),
    },
    build: { tag: 'centos:newest' },
  },
  {
    id: 'import',
    title: 'builds.example.import',
    about: 'builds.example.import.about',
    files: {
      Dockerfile: lines('FROM scratch', 'ADD rootfs/ /', 'CMD ["/hello"]'),
      'rootfs/etc/motd': lines('A file system of our own.'),
      'rootfs/hello': lines('#!/bin/sh', 'cat /etc/motd'),
    },
    build: { tag: 'openvz/mine' },
  },
];
