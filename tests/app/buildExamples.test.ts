import { describe, expect, it } from 'vitest';
import { EXAMPLES } from '../../src/app/builds/examples.ts';
import { nodeCatalogue } from '../../src/cli/machine/nodeCatalogue.ts';
import en from '../../src/i18n/en/builds.json' with { type: 'json' };
import { bootMachine } from '../../src/machine/bootMachine.ts';
import { nodePlatform } from '../../src/platform/node.ts';
import type { BuildEvent } from '../../src/worker/lab/builds/buildsProtocol.ts';
import { LabBuilds } from '../../src/worker/lab/builds/labBuilds.ts';

describe('BUILDS-3 the examples to start from', () => {
  const machine = bootMachine({ platform: nodePlatform(), files: nodeCatalogue() });
  const events: BuildEvent[] = [];
  const builds = new LabBuilds(
    async () => machine,
    (event) => events.push(event),
  );
  builds.watch(machine);
  const { service } = builds;

  it.each(
    EXAMPLES.flatMap((example) => (['classic', 'buildkit'] as const).map((builder) => ({ builder, ...example }))),
  )(
    '$id with $builder does what it is there to show, without a finding of the linter',
    async ({ id, files, builder, title, about, build }) => {
      expect(en).toHaveProperty([title]);
      expect(en).toHaveProperty([about]);
      const folder = `/root/${id}`;
      await service.putFiles(folder, files);
      const request = { folder, dockerfile: 'Dockerfile', builder };
      const { diagnostics } = await service.checkDockerfile(files.Dockerfile ?? '', request);
      expect(diagnostics.map(({ rule }) => rule).filter((rule) => rule !== 'MaintainerDeprecated')).toEqual([]);
      const buildArgs = (build?.buildArgs ?? '').split('\n').filter((line) => line !== '');
      const asked = { ...request, tag: build?.tag ?? id, target: '', buildArgs, usesCache: true };
      const { status } = await service.build(asked);
      const log = events.flatMap((event) => (event.kind === 'log' ? [event.text] : [])).join('');
      if (id === 'failing') expect(status, log).not.toBe(0);
      else expect(status, log).toBe(0);
      events.length = 0;
    },
  );
});
