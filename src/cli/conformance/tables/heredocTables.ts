import { joinPath } from '../../../build/go/path.ts';
import { planBuild } from '../../../build/plan/planBuild.ts';
import type { PlannedStage } from '../../../build/plan/stageState.ts';
import { difference, firstDifference } from './judge.ts';

interface HeredocRow {
  readonly dockerfile: string;
  readonly contents: Readonly<Record<string, string>>;
}

/** Of the files that a build must leave: those that COPY writes from here-documents are compared. Those that RUN makes
 *  need a machine, and are not judged: their number is returned. */
export function judgeHeredocs({ dockerfile, contents }: HeredocRow): { problem: string | undefined; left: number } {
  const plan = planBuild(dockerfile, { baseConfig: () => undefined });
  const files = new Map(plan.stages.flatMap(inlineFiles));
  const problems: (string | undefined)[] = [];
  let left = 0;
  for (const [name, text] of Object.entries(contents)) {
    const path = [...files.keys()].find((each) => each === name || each.endsWith(`/${name}`));
    if (path === undefined) left++;
    else problems.push(difference(name, text, files.get(path)));
  }
  return { problem: firstDifference(...problems), left };
}

function inlineFiles({ steps }: PlannedStage): [string, string][] {
  let folder = '/';
  return steps.flatMap(({ instruction: { body } }) => {
    if (body.kind === 'WORKDIR') folder = joinPath(folder, body.path);
    if (body.kind !== 'COPY' && body.kind !== 'ADD') return [];
    return body.inline.map(({ name, data }): [string, string] => {
      const { destination } = body;
      const path = destination.endsWith('/') ? `${destination}${name}` : destination;
      return [path.startsWith('/') ? path : joinPath(folder, path), data];
    });
  });
}
