import { describe, expect, it } from 'vitest';
import { editDistance, type OptionSpec, parseArguments } from '../../src/cli/arguments.ts';
import { CliError } from '../../src/cli/cliError.ts';

const SPECS: readonly OptionSpec[] = [
  { name: 'layer', short: 'l', kind: 'value', help: '' },
  { name: 'image', kind: 'list', help: '' },
  { name: 'json', short: 'j', kind: 'flag', help: '' },
  { name: 'recursive', short: 'R', kind: 'flag', help: '' },
];

describe('parseArguments', () => {
  it.each([
    [['a', 'b'], ['a', 'b'], {}],
    [['--layer', '3', 'a'], ['a'], { layer: ['3'] }],
    [['a', '--layer=3'], ['a'], { layer: ['3'] }],
    [['--layer=', 'a'], ['a'], { layer: [''] }],
    [['-l3', 'a'], ['a'], { layer: ['3'] }],
    [['-l', '3', 'a'], ['a'], { layer: ['3'] }],
    [['-jR', 'a'], ['a'], { json: ['true'], recursive: ['true'] }],
    [['-jRl', '2'], [], { json: ['true'], recursive: ['true'], layer: ['2'] }],
    [['--image', 'x', '--image', 'y'], [], { image: ['x', 'y'] }],
    [['-'], ['-'], {}],
    [['--json', '--', '--layer', '-'], ['--layer', '-'], { json: ['true'] }],
    [['--layer', '--json'], [], { layer: ['--json'] }],
  ])('%j', (words, positionals, options: Record<string, string[]>) => {
    const args = parseArguments(words, SPECS);
    expect(args.positionals).toEqual(positionals);
    for (const spec of SPECS) expect(args.list(spec.name)).toEqual(options[spec.name] ?? []);
  });

  it.each([
    [['--laier', '3'], /no option --laier; did you mean --layer\?/],
    [['--zzzzzzzz'], /no option --zzzzzzzz$/],
    [['-x'], /no option -x$/],
    [['--layer'], /--layer needs a value/],
    [['-l'], /-l needs a value/],
    [['--json=yes'], /--json takes no value/],
    [['--layer', '1', '--layer', '2'], /--layer is given twice/],
  ])('refuses %j', (words, message) => {
    const parse = () => parseArguments(words, SPECS);
    expect(parse).toThrow(CliError);
    expect(parse).toThrow(message);
  });

  it('reads counts and choices', () => {
    const args = parseArguments(['--layer', '12'], SPECS);
    expect(args.count('layer')).toBe(12);
    expect(() => args.choice('layer', ['a', 'b'])).toThrow(/--layer takes a, b; not “12”/);
    expect(() => parseArguments(['--layer', '-1'], SPECS).count('layer')).toThrow(/whole number/);
    expect(() => args.value('colour')).toThrow(/not declared/);
  });
});

describe('editDistance', () => {
  it.each([
    ['', 'abc', 3],
    ['kitten', 'sitting', 3],
    ['layer', 'layer', 0],
    ['a'.repeat(41), 'b', Number.POSITIVE_INFINITY],
  ])('%s to %s is %d', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
    expect(editDistance(b, a)).toBe(distance);
  });
});
