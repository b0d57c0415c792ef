import { cleanPath } from '../classic/contextFiles.ts';
import type { PlannedStep } from '../plan/stageState.ts';

/** What the steps of a build read of the context: the client sends nothing else (dockerfile2llb, ctxPaths). */
export function contextSources(steps: readonly PlannedStep[]): readonly (readonly string[])[] {
  return steps.flatMap(({ instruction: { body }, mounts }) => {
    if (body.kind === 'ADD' || (body.kind === 'COPY' && body.from === '')) return [body.sources];
    const bound = mounts.filter(({ type, from }) => type === 'bind' && from === '');
    return bound.length > 0 ? [bound.map(({ source }) => source)] : [];
  });
}

/** Whether one of the sources lies in a folder, or holds it. */
export function isWithin(folder: string, sources: readonly string[]): boolean {
  return sources.some((source) => {
    const path = cleanPath(source);
    return path === '' || `${path}/`.startsWith(`${folder}/`) || `${folder}/`.startsWith(`${path}/`);
  });
}
