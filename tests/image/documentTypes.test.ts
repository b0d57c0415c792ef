import { describe, expect, it } from 'vitest';
import { type DocumentKind, typeFault } from '../../src/image/documentTypes.ts';
import { parseJson } from '../../src/image/json.ts';

function faultOf(kind: DocumentKind, document: unknown): string | undefined {
  return typeFault(kind, parseJson(new TextEncoder().encode(JSON.stringify(document))).value);
}

const DIGEST = `sha256:${'0'.repeat(64)}`;
const CASES: readonly [DocumentKind, unknown, string | undefined][] = [
  ['config', { rootfs: { type: 'layers', diff_ids: [DIGEST] }, history: null, config: { Cmd: null } }, undefined],
  ['config', { os: null, created: '2020-01-01T00:00:00+05:30', unknown: { any: [1] } }, undefined],
  ['config', { history: 'x' }, '$.history is no array'],
  ['config', { history: [null, { empty_layer: 'yes' }] }, '$.history[1].empty_layer does not fit the type bool'],
  ['config', { rootfs: { diff_ids: [1] } }, '$.rootfs.diff_ids[0] does not fit the type string'],
  ['config', { RootFS: { DIFF_IDS: 'x' } }, '$.RootFS.DIFF_IDS is no array'],
  ['config', { config: { Env: { A: 'b' } } }, '$.config.Env is no array'],
  ['config', { config: { Cmd: 'a string' } }, undefined],
  ['config', { config: { Cmd: [1] } }, '$.config.Cmd[0] does not fit the type string'],
  ['config', { config: { StopTimeout: 1.5 } }, '$.config.StopTimeout does not fit the type int64'],
  [
    'config',
    { config: { Healthcheck: { Interval: 1e30 } } },
    '$.config.Healthcheck.Interval does not fit the type int64',
  ],
  ['config', { created: 'not a time' }, '$.created is no time'],
  ['v1Image', { config: { Cmd: 'a string', Entrypoint: ['x'] }, parent: DIGEST }, undefined],
  ['v1Image', { parent: 5 }, '$.parent does not fit the type string'],
  ['dockerManifest', [{ Config: 'c', RepoTags: null, Layers: ['l'] }], undefined],
  ['dockerManifest', [{ Config: 'c', RepoTags: 'x:1' }], '$[0].RepoTags is no array'],
  ['dockerManifest', [{ Config: 5 }], '$[0].Config does not fit the type string'],
  ['repositories', { name: { tag: 'id' } }, undefined],
  ['repositories', { name: { tag: null }, other: 5 }, '$.other is no object'],
  ['index', { manifests: [{ mediaType: 'a/b', digest: DIGEST, size: 1 }] }, undefined],
  ['index', { manifests: [null] }, '$.manifests[0] has no digest'],
  ['index', { manifests: [{ digest: DIGEST }] }, '$.manifests[0] has no mediaType'],
  ['index', { manifests: [{ digest: DIGEST, platform: 'linux' }] }, '$.manifests[0].platform is no object'],
  [
    'manifest',
    { config: null, layers: [{ digest: DIGEST, size: '10' }] },
    '$.layers[0].size does not fit the type int64',
  ],
  [
    'manifest',
    { layers: [{ digest: DIGEST, annotations: { a: 5 } }] },
    '$.layers[0].annotations.a does not fit the type string',
  ],
];

describe('IMG-7 documents whose types engines refuse', () => {
  it.each(CASES)('%s %j', (kind, document, fault) => {
    expect(faultOf(kind, document)).toBe(fault);
  });

  it('a long key is cut', () => {
    expect(faultOf('repositories', { ['k'.repeat(5000)]: 5 })).toHaveLength(200);
  });
});
