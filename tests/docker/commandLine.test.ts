import { describe, expect, it } from 'vitest';
import { checkArguments, CommandLineError, findCommand, parseFlags } from '../../src/docker/commandLine/dispatch.ts';
import { FlagSet } from '../../src/docker/commandLine/flagSet.ts';
import { parseBinarySize, parseGoDuration } from '../../src/docker/commandLine/flagValue.ts';
import { helpText } from '../../src/docker/commandLine/helpText.ts';
import { type CommandPath, commandOf, pathText } from '../../src/docker/commandLine/spec.ts';
import { type EngineAbilities, unsupported } from '../../src/docker/commandLine/support.ts';
import { wrapUsage } from '../../src/docker/commandLine/wrapUsage.ts';
import { ROOT } from '../../src/docker/specs/root.ts';

const OLD_ENGINE: EngineAbilities = { apiVersion: '1.41', isExperimental: false, osType: 'linux' };

function read(...words: string[]): { path: CommandPath; flags: FlagSet; given: string[] } {
  const found = findCommand(ROOT, words);
  const { flags: specs, stopsAtFirstArgument } = commandOf(found.path);
  const flags = new FlagSet(specs, stopsAtFirstArgument ? { stopsAtFirstArgument } : {});
  return { path: found.path, flags, given: parseFlags(found.path, flags, found.words) };
}

function fault(...words: string[]): CommandLineError {
  try {
    const { path, given } = read(...words);
    checkArguments(path, given);
  } catch (error) {
    if (error instanceof CommandLineError) return error;
    throw error;
  }
  throw new Error('the command line was taken');
}

describe('finding the command', () => {
  it.each([
    [['ps'], 'docker ps', []],
    [['container', 'ls'], 'docker container ls', []],
    [['container', 'ps'], 'docker container ls', []],
    [['image', 'list'], 'docker image ls', []],
    [['image', 'remove', 'x'], 'docker image rm', ['x']],
    [['rm', '-f', 'a', 'b'], 'docker rm', ['a', 'b']],
    [['run', '-it', '--rm', 'busybox', 'ls', '-l', '--color'], 'docker run', ['busybox', 'ls', '-l', '--color']],
    [['inspect', '--', 'a', '-f'], 'docker inspect', ['a', '-f']],
    [['nosuch', 'x'], 'docker', ['nosuch', 'x']],
    [['image', 'nosuch'], 'docker image', ['nosuch']],
  ])('%j', (words, path, given) => {
    const found = read(...words);
    expect([pathText(found.path), found.given]).toEqual([path, given]);
  });
});

describe('flags as pflag reads them', () => {
  it.each([
    [['ps', '-aq'], { all: 'true', quiet: 'true' }],
    [['ps', '-n5'], { last: '5' }],
    [['ps', '-n=5'], { last: '5' }],
    [['ps', '--last', '-1'], { last: '-1' }],
    [['ps', '--all=false'], { all: 'false' }],
    [['history', 'x'], { human: 'true' }],
    [['history', '-H=0', 'x'], { human: 'false' }],
    [['run', '-h', 'name', 'x'], { hostname: 'name' }],
    [['images', '--filter', ' Dangling = true '], { filter: 'dangling=true' }],
  ])('%j', (words, values) => {
    const { flags } = read(...words);
    for (const [name, value] of Object.entries(values)) expect(flags.text(name)).toBe(value);
  });

  it.each([
    [['ps', '-x'], `unknown shorthand flag: 'x' in -x`],
    [['ps', '-ax'], `unknown shorthand flag: 'x' in -x`],
    [['ps', '--nosuch=1'], 'unknown flag: --nosuch'],
    [['ps', '---all'], 'bad flag syntax: ---all'],
    [['ps', '-n'], `flag needs an argument: 'n' in -n`],
    [['ps', '--format'], 'flag needs an argument: --format'],
    [
      ['ps', '--all=maybe'],
      'invalid argument "maybe" for "-a, --all" flag: strconv.ParseBool: parsing "maybe": invalid syntax',
    ],
    [['ps', '-n', 'x'], 'invalid argument "x" for "-n, --last" flag: strconv.ParseInt: parsing "x": invalid syntax'],
    [['ps', '-f', 'bad'], 'invalid argument "bad" for "-f, --filter" flag: bad format of filter (expected name=value)'],
    [['run', '--memory', '1x', 'i'], `invalid argument "1x" for "-m, --memory" flag: invalid suffix: 'x'`],
    [
      ['run', '--health-interval', '5', 'i'],
      'invalid argument "5" for "--health-interval" flag: time: missing unit in duration "5"',
    ],
  ])('%j is refused', (words, message) => {
    const { status, message: text } = fault(...words);
    expect([status, text.split('\n')[0]]).toEqual([125, message]);
  });
});

describe('numbers of arguments', () => {
  it.each([
    [
      ['ps', 'x'],
      "docker: 'docker ps' accepts no arguments\n\nUsage:  docker ps [OPTIONS]\n\nRun 'docker ps --help' for more information",
    ],
    [
      ['rm'],
      "docker: 'docker rm' requires at least 1 argument\n\nUsage:  docker rm [OPTIONS] CONTAINER [CONTAINER...]\n\nSee 'docker rm --help' for more information",
    ],
    [
      ['images', 'a', 'b'],
      "docker: 'docker images' requires at most 1 argument\n\nUsage:  docker images [OPTIONS] [REPOSITORY[:TAG]]\n\nSRun 'docker images --help' for more information",
    ],
    [
      ['tag', 'a'],
      "docker: 'docker tag' requires 2 arguments\n\nUsage:  docker tag SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]\n\nRun 'docker tag --help' for more information",
    ],
    [
      ['image', 'x'],
      "docker: unknown command: docker image x\n\nUsage:  docker image\n\nRun 'docker image --help' for more information",
    ],
  ])('%j', (words, message) => {
    const { status, message: text } = fault(...words);
    expect([status, text]).toEqual([1, message]);
  });
});

describe('what an engine cannot do', () => {
  it.each([
    [['images', '--tree'], '"--tree" requires API version 1.47, but the Docker daemon API version is 1.41'],
    [
      ['save', '--platform', 'linux/amd64', 'x'],
      '"--platform" requires API version 1.48, but the Docker daemon API version is 1.41',
    ],
    [
      ['checkpoint', 'ls', 'x'],
      'docker checkpoint ls is only supported on a Docker daemon with experimental features enabled',
    ],
  ])('%j', (words, message) => {
    const { path, flags } = read(...words);
    expect(unsupported(path, flags, OLD_ENGINE)).toBe(message);
  });

  it('is not shown in the help', () => {
    const { path } = read('images');
    const text = (abilities: EngineAbilities) => helpText(path, { abilities, columns: 80, configDir: '/root/.docker' });
    expect(text(OLD_ENGINE)).not.toContain('--tree');
    expect(text({ ...OLD_ENGINE, apiVersion: '1.47' })).toContain('--tree');
  });
});

describe('values', () => {
  it.each([
    ['1h30m', 5_400e9],
    ['1.5s', 1.5e9],
    ['-2ms', -2e6],
    ['100us', 1e5],
    ['0', 0],
    ['5', undefined],
    ['', undefined],
    ['1d', undefined],
  ])('duration %s', (text, ns) => {
    expect(parseGoDuration(text)).toBe(ns);
  });

  it.each([
    ['64m', 64 * 1024 ** 2],
    ['1.5GiB', 1.5 * 1024 ** 3],
    ['10', 10],
    ['10kb', 10_240],
    ['10 MB', 10 * 1024 ** 2],
    ['-1', undefined],
    ['x', undefined],
  ])('size %s', (text, bytes) => {
    expect(parseBinarySize(text)).toBe(bytes);
  });
});

describe('descriptions of flags', () => {
  it('are wrapped, short words at the end being let into the margin', () => {
    const text = 'Restart policy to apply when a container exits (default "no")';
    expect(wrapUsage(text, 39, 79)).toBe(
      `Restart policy to apply when a\n${' '.repeat(39)}container exits (default "no")`,
    );
  });
});
