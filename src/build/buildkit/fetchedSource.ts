import type { ContextFiles } from '../classic/contextFiles.ts';
import type { BuildSource } from './buildkitOptions.ts';

const DEFAULT_DOCKERFILE = 'Dockerfile';

/** Files that the builder has fetched itself: no ignore file counts, as in BuildKit. */
export function fetchedSource(files: ContextFiles, dockerfile = DEFAULT_DOCKERFILE): BuildSource {
  return {
    dockerfileName: dockerfile,
    isRemote: true,
    dockerfile: async () => {
      const found = files.resolve(dockerfile);
      return { value: found?.kind === 'file' ? found.content : undefined, bytes: found?.sizeBytes ?? 0 };
    },
    ignoreFile: async () => ({ value: [], bytes: 0 }),
    context: async () => ({ value: files, bytes: 0 }),
  };
}
