import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatValue } from '../../src/docker/template/goFormat.ts';
import { anyFromJson, fromJson, toJson } from '../../src/docker/template/goJson.ts';
import { type GoStruct, INT64, pointer, slice, STRING, STRING_MAP } from '../../src/docker/template/goValue.ts';
import { Template } from '../../src/docker/template/template.ts';
import type { JsonWritable } from '../../src/image/writeJson.ts';

interface Recorded {
  readonly data: JsonWritable;
  readonly cases: readonly {
    readonly template: string;
    readonly missingKey?: 'default' | 'error';
    readonly output?: string;
    readonly error?: string;
    readonly parseError?: string;
  }[];
}

const recorded = JSON.parse(readFileSync(new URL('./templates.json', import.meta.url), 'utf8')) as Recorded;

describe('templates as Go executes them', () => {
  const data = anyFromJson(recorded.data);
  for (const { template, missingKey, output, error, parseError } of recorded.cases) {
    it(`${missingKey ?? ''} ${template}`, () => {
      const run = () => new Template(template).execute(data, { requiresKeys: missingKey === 'error' });
      const problem = error ?? parseError;
      if (problem === undefined) expect(run()).toBe(output);
      else expect(run).toThrow(problem);
    });
  }
});

describe('values of Go types', () => {
  const inner: GoStruct = { kind: 'struct', name: 'p.Inner', fields: [{ name: 'Count', type: INT64 }] };
  const type: GoStruct = {
    kind: 'struct',
    name: 'p.Outer',
    fields: [
      { name: 'ID', json: 'Id', type: STRING },
      { name: 'Tags', type: slice(STRING) },
      { name: 'Labels', type: STRING_MAP, omitsEmpty: true },
      { name: 'Inner', type: pointer(inner) },
    ],
  };
  const value = fromJson(type, { id: 'x', Tags: ['a', 'b'], Inner: { Count: 3 }, Other: 1 });

  it('are read from JSON, printed and written', () => {
    expect(formatValue(value)).toBe('{x [a b] map[] 0xc000010000}');
    expect(toJson(value)).toBe('{"Id":"x","Tags":["a","b"],"Inner":{"Count":3}}');
    expect(new Template('{{.ID}} {{.Inner.Count}} {{.Inner}} {{len .Labels}}').execute(value)).toBe('x 3 {3} 0');
  });

  it('name their type when a field is missing', () => {
    expect(() => new Template('{{.Id}}').execute(value)).toThrow(
      `template: :1:2: executing "" at <.Id>: can't evaluate field Id in type p.Outer`,
    );
  });
});
