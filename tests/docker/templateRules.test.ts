import { describe, expect, it } from 'vitest';
import { numberConstant } from '../../src/docker/template/numberConstant.ts';
import { anyFromJson, fromJson } from '../../src/docker/template/goJson.ts';
import { CONTAINER_INSPECT_RESPONSE } from '../../src/docker/goTypes/container.ts';
import { Template } from '../../src/docker/template/template.ts';

const container = fromJson(CONTAINER_INSPECT_RESPONSE, {
  Id: 'abc',
  Name: '/c1',
  HostConfig: { Ulimits: [{ Name: 'nofile', Soft: 10, Hard: 20 }] },
  NetworkSettings: { Ports: { '80/tcp': [{ HostIp: '0.0.0.0', HostPort: '8080' }], '53/udp': null } },
});
const document = anyFromJson({ A: 'one', Nul: null, L: ['a', 'b'], O: {} });

function run(text: string, data = document): string {
  try {
    return new Template(text).execute(data, { requiresKeys: true });
  } catch (error) {
    return (error as Error).message;
  }
}

// Answers of text/template of Go 1.24.3, with which the client 28.2.2 was built.
describe('parsing as Go 1.24 does', () => {
  it.each([
    ['{{if 1}}{{define "t"}}x{{end}}{{end}}', 'template: :1: unexpected <define> in command'],
    ['{{define "t"}}a{{end}}{{define "t"}}b{{end}}', 'template: :1: template: multiple definition of template "t"'],
    ['{{define "t"}} {{end}}{{define "t"}}b{{end}}{{template "t"}}', 'b'],
    ['{{range .L}}{{else}}{{break}}{{end}}', 'template: :1: {{break}} outside {{range}}'],
    ['{{with .L}}{{else if .A}}{{end}}', 'template: :1: unexpected <if> in input'],
    ['{{/*/* c */}}x', 'x'],
    ['{{1e400}}', 'template: :1: illegal number syntax: "1e400"'],
    ['{{-.}}', 'template: :1: illegal number syntax: "-."'],
    ['{{--2}}', 'template: :1: bad number syntax: "--2"'],
    ['{{08}}', 'template: :1: integer overflow: "08"'],
    ['{{$x := .', 'template: :1: illegal number syntax: "."'],
  ])('%s', (text, result) => {
    expect(run(text)).toBe(result);
  });

  it.each([
    ['1_000', 1000n],
    ['017', 15n],
    ['-0x1F', -31n],
    ['0b11', 3n],
    ['1e3', 1000],
    ['0x1p-2', 0.25],
    ['.5', 0.5],
  ])('the number %s', (text, value) => {
    expect(numberConstant(text).value).toBe(value);
  });

  it.each(['1__0', '_1', '1_', '0x', '0b2', '1e', '.', '1i'])('no number: %s', (text) => {
    expect(() => numberConstant(text)).toThrow(/illegal number syntax/);
  });
});

describe('executing as Go 1.24 does', () => {
  it.each([
    ['é{{.A.B}}', `template: :1:6: executing "" at <.A.B>: can't evaluate field B in type interface {}`],
    ['{{$q := 1}}{{if .A}}{{$x := 2}}{{end}}{{$q = 3}}{{$q}}', '3'],
    ['{{$q = 3}}', 'template: :1:7: executing "" at <3>: undefined variable: $q'],
    ['{{(print .A).B}}', `template: :1:9: executing "" at <.A>: can't evaluate field B in type string`],
    [
      '{{.L | split ","}}',
      'template: :1:13: executing "" at <",">: wrong type for value; expected string; got []interface {}',
    ],
    ['{{index .Nul 0}}', 'template: :1:2: executing "" at <index .Nul 0>: error calling index: index of untyped nil'],
    ['{{index .L 3}}', 'template: :1:2: executing "" at <index .L 3>: error calling index: index out of range: 3'],
    [
      '{{index .L 2}}',
      'template: :1:2: executing "" at <index .L 2>: error calling index: reflect: slice index out of range',
    ],
    ['{{eq .O .A}}', 'template: :1:2: executing "" at <eq .O .A>: error calling eq: incompatible types for comparison'],
    [
      '{{eq .O .O}}',
      'template: :1:2: executing "" at <eq .O .O>: error calling eq: non-comparable type map[]: map[string]interface {}',
    ],
    ['{{eq .Nul .A}} {{eq .Nul nil}}', 'false true'],
    ['{{call .Nul}}', 'template: :1:2: executing "" at <call .Nul>: error calling call: call of nil'],
    ['{{js .Nul}}', '\\u003Cno value\\u003E'],
    ['{{pad .A 1.0 1}}', ' one '],
    [
      '{{9223372036854775808}}',
      'template: :1:2: executing "" at <9223372036854775808>: 9223372036854775808 overflows int',
    ],
    ['{{printf "%[2]s %[1]s|%[9]s" .A "b"}}', 'b one|%!s(BADINDEX)'],
    ['{{printf "%.3g %.2f" 1e6 0.125}}', '1e+06 0.12'],
    ['{{block "b" .Nul}}{{.X}}{{end}}', 'template: :1:20: executing "b" at <.X>: nil data; no entry for key "X"'],
  ])('%s', (text, result) => {
    expect(run(text)).toBe(result);
  });

  it.each([
    [
      '{{range $p, $b := .NetworkSettings.Ports}}{{$p}} {{$p.Port}} {{$p.Proto}} {{len $b}};{{end}}',
      '53/udp 53 udp 0;80/tcp 80 tcp 1;',
    ],
    [
      '{{.NetworkSettings.Ports.x}}',
      `template: :1:18: executing "" at <.NetworkSettings.Ports.x>: can't evaluate field x in type nat.PortMap`,
    ],
    [
      '{{index .NetworkSettings.Ports "80/tcp"}}',
      'template: :1:2: executing "" at <index .NetworkSettings.Ports "80/tcp">: error calling index: value has type string; should be nat.Port',
    ],
    ['{{.HostConfig.Ulimits}} {{printf "%s" .HostConfig.Ulimits}}', '[nofile=10:20] [nofile=10:20]'],
    ['{{printf "%s" .HostConfig.MemorySwappiness}}', '%!s(*int64=<nil>)'],
    [
      '{{.HostConfig.MemorySwappiness.X}}',
      'template: :1:13: executing "" at <.HostConfig.MemorySwappiness.X>: nil pointer evaluating *int64.X',
    ],
    [
      '{{range .HostConfig.MemorySwappiness}}{{end}}',
      `template: :1:19: executing "" at <.HostConfig.MemorySwappiness>: range can't iterate over <nil>`,
    ],
  ])('%s of a container', (text, result) => {
    expect(run(text, container)).toBe(result);
  });
});
