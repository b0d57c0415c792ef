import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { imageConfigBytes, olderHistory } from '../../src/engine/imageConfigJson.ts';
import { readContainerConfig } from '../../src/engine/readContainerConfig.ts';
import type { Digest } from '../../src/image/digest.ts';
import { parseJson } from '../../src/image/json.ts';
import { asObject, objectField, stringField, stringsField } from '../../src/image/jsonFields.ts';
import { describeWithFixtures } from '../fixtures.ts';

describeWithFixtures('configs that dockerd wrote', (dir) => {
  it('ENG-1 are written again byte for byte', () => {
    const folder = join(dir, 'docker/transcripts');
    let judged = 0;
    for (const name of readdirSync(folder)) {
      const { raw_configs: raw } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as {
        raw_configs: Readonly<Record<string, string>>;
      };
      for (const text of Object.values(raw)) {
        const document = asObject(parseJson(new TextEncoder().encode(text)).value);
        // BuildKit writes its own.
        if (!document?.has('container_config')) continue;
        const config = objectField(document, 'config');
        const field = (key: string) => stringField(document, key) ?? '';
        const rootfs = objectField(document, 'rootfs');
        const bytes = imageConfigBytes({
          created: field('created'),
          author: field('author'),
          comment: field('comment'),
          container: field('container'),
          containerConfig: readContainerConfig(objectField(document, 'container_config')),
          config: config && readContainerConfig(config),
          dockerVersion: field('docker_version'),
          architecture: field('architecture'),
          variant: field('variant'),
          os: field('os'),
          osVersion: field('os.version'),
          osFeatures: [],
          olderHistory: olderHistory(document),
          history: [],
          diffIds: ((rootfs && stringsField(rootfs, 'diff_ids')) ?? []) as Digest[],
        });
        expect(new TextDecoder().decode(bytes)).toBe(text);
        judged++;
      }
    }
    expect(judged).toBeGreaterThan(100);
  });
});
