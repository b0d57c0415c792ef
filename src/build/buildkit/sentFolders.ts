import { BuildError } from '../buildError.ts';
import { cleanPath } from '../classic/contextFiles.ts';
import { matchFilePattern } from '../go/filePattern.ts';
import { sourceKind } from '../plan/copySource.ts';
import type { PlannedStep } from '../plan/stageState.ts';

/** What the steps of a build read of the context: the client sends nothing else (dockerfile2llb, ctxPaths). */
export function contextSources(steps: readonly PlannedStep[]): readonly (readonly string[])[] {
  return steps.flatMap(({ instruction: { body }, mounts }) => {
    if (body.kind === 'ADD' || (body.kind === 'COPY' && body.from === '')) {
      const local = body.sources.filter((source) => sourceKind(source) === 'context');
      if (local.length === body.sources.length) return [body.sources];
      return local.length > 0 ? [local] : [];
    }
    const bound = mounts.filter(({ type, from }) => type === 'bind' && from === '');
    return bound.length > 0 ? [bound.map(({ source }) => source)] : [];
  });
}

/** Whether the client sends a path: one that a source names, or that lies below or above it. */
export function sentPaths(steps: readonly PlannedStep[]): (path: string) => boolean {
  const sources = [...new Set(contextSources(steps).flat())].map((source) => cleanPath(source).split('/'));
  return (path) => {
    const names = path.split('/');
    return sources.some((parts) => parts[0] === '' || parts.every((part, i) => isNamed(part, names[i])));
  };
}

function isNamed(part: string, name: string | undefined): boolean {
  if (name === undefined || part === name) return true;
  try {
    return matchFilePattern(part, name);
  } catch (error) {
    if (error instanceof BuildError) return false;
    throw error;
  }
}

/** Whether one of the sources lies in a folder, or holds it. */
export function isWithin(folder: string, sources: readonly string[]): boolean {
  return sources.some((source) => {
    const path = cleanPath(source);
    return path === '' || `${path}/`.startsWith(`${folder}/`) || `${folder}/`.startsWith(`${path}/`);
  });
}
