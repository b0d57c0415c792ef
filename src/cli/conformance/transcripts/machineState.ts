import type { Engine } from '../../../engine/engine.ts';
import type { MachineState } from './transcript.ts';

/** What the engine holds, in the form of transcripts. */
export function machineState(engine: Engine): MachineState {
  const created = new Map<string, string>();
  for (const { id } of engine.images.list({ isAll: true })) created.set(id, createdKey(engine, id));
  const images = [...engine.images.list({ isAll: true })].reverse().sort(
    (a, b) =>
      compareText(created.get(a.id) ?? '', created.get(b.id) ?? '') ||
      // BuildKit makes images of one moment.
      compareText(a.repoTags.join(' '), b.repoTags.join(' ')),
  );
  const containers = [...engine.containers.list({ isAll: true })].reverse();
  return {
    images: images.map(({ id, parentId, repoTags, repoDigests }) => {
      const isUntagged = repoTags.length === 0 && repoDigests.length === 0;
      return {
        id,
        parent: parentId === '' ? null : parentId,
        // As the API has it for images without names.
        repo_tags: isUntagged ? ['<none>:<none>'] : [...repoTags].sort(),
        repo_digests: isUntagged ? ['<none>@<none>'] : [...repoDigests].sort(),
      };
    }),
    containers: containers.map((summary) => {
      const document = engine.containers.inspect(summary.id);
      const state = document.State as { readonly Status?: string; readonly ExitCode?: number };
      return {
        id: summary.id,
        name: summary.name,
        image: summary.image,
        image_id: summary.imageId,
        command: summary.command,
        state: state.Status ?? '',
        exit_code: state.ExitCode ?? 0,
        labels: summary.labels && Object.fromEntries(Object.entries(summary.labels)),
        mounts: [...summary.mounts]
          .sort((a, b) => compareText(a.destination, b.destination))
          .map(({ type, name, source, destination }) => ({
            type,
            ...(name === undefined ? { src: source } : { name }),
            dst: destination,
          })),
        diff: engine.containers
          .changes(summary.id)
          .map(({ kind, path }) => [kind, path] as const)
          .sort(([, a], [, b]) => compareText(a, b)),
      };
    }),
    volumes: engine.volumes.list().map(({ name }) => name),
  };
}

// RFC 3339 with all nine digits, so that it sorts as text.
function createdKey(engine: Engine, id: string): string {
  const { Created } = engine.images.inspect(id) as { readonly Created?: string };
  const [whole = '', fraction = ''] = (Created ?? '').replace('Z', '').split('.');
  return `${whole}.${fraction.padEnd(9, '0')}`;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
