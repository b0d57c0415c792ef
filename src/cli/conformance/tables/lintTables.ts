import { ContextFilter } from '../../../build/context/contextFilter.ts';
import { readIgnoreFile } from '../../../build/context/ignoreFile.ts';
import type { LintFinding } from '../../../build/lint/linter.ts';
import { type CheckedDockerfile, checkDockerfile, type PlanOptions } from '../../../build/plan/planBuild.ts';
import type { BaseConfig } from '../../../build/plan/stageState.ts';
import { sourceKind } from '../../../build/plan/copySource.ts';
import { difference, firstDifference } from './judge.ts';

interface RecordedWarning {
  readonly RuleName: string;
  readonly Description: string;
  readonly URL?: string;
  readonly Detail: string;
  readonly Line?: number;
}

interface LintRow {
  readonly Dockerfile: string;
  readonly DockerIgnore?: string;
  readonly FrontendAttrs?: Readonly<Record<string, string>>;
  /** Of a build of the last stage; null where only their number is recorded. */
  readonly Warnings?: readonly (RecordedWarning | null)[];
  /** Of the check of all stages, where it differs. */
  readonly UnmarshalWarnings?: readonly (RecordedWarning | null)[];
  readonly BuildErr?: string;
  readonly BuildErrLocation?: number;
  /** The build itself fails, for want of a file that the ignore file leaves out. */
  readonly StreamBuildErrRegexp?: string;
}

/** The test's images set no variable but PATH. */
const TEST_IMAGE: BaseConfig = { env: [], workingDir: '', user: '', shell: [], onBuild: [] };

export function judgeLint(row: LintRow): string | undefined {
  const attributes = Object.entries(row.FrontendAttrs ?? {});
  const buildArgs = new Map(
    attributes.filter(([key]) => key.startsWith('build-arg:')).map(([key, value]) => [key.slice(10), value]),
  );
  const ignorePatterns = readIgnoreFile(row.DockerIgnore ?? '').map((line) => line.pattern);
  const target = row.FrontendAttrs?.target;
  const options: PlanOptions = {
    buildArgs,
    ignorePatterns,
    baseConfig: () => TEST_IMAGE,
    ...(target === undefined ? {} : { target }),
  };
  const build = checkDockerfile(row.Dockerfile, options);
  const check = checkDockerfile(row.Dockerfile, { ...options, allStages: target === undefined });
  return firstDifference(
    compareWarnings('build', row.Warnings, build.findings, { lines: true }),
    // The recorded check is compared without its lines there, and some that are written down are of another text.
    compareWarnings('check', row.UnmarshalWarnings ?? row.Warnings, check.findings, {
      lines: row.UnmarshalWarnings === undefined,
    }),
    difference('error', row.BuildErr, build.error?.message),
    row.BuildErr === undefined || row.BuildErrLocation === undefined
      ? undefined
      : difference('line of the error', row.BuildErrLocation, build.error?.lines[0]?.startLine),
    row.StreamBuildErrRegexp === undefined ? undefined : missingFile(build, ignorePatterns, row.StreamBuildErrRegexp),
  );
}

function compareWarnings(
  what: string,
  recorded: readonly (RecordedWarning | null)[] | undefined,
  findings: readonly LintFinding[],
  compared: { readonly lines: boolean },
): string | undefined {
  const expected = recorded ?? [];
  if (expected.includes(null)) return difference(`findings of the ${what}`, expected.length, findings.length);
  const left = expected.map((warning) => [
    compared.lines ? (warning?.Line ?? 0) : 0,
    warning?.RuleName,
    warning?.Detail,
    warning?.Description,
    warning?.URL ?? '',
  ]);
  const right = findings.map(({ rule, message, lines }) => [
    compared.lines ? lines.startLine : 0,
    rule.name,
    message,
    rule.description,
    rule.url,
  ]);
  return difference(`findings of the ${what}`, inOrder(left), inOrder(right));
}

function inOrder(rows: readonly (readonly unknown[])[]): string[] {
  return rows.map((row) => JSON.stringify(row)).sort();
}

// The recorded build stops at the first file that is not sent, and names its path.
function missingFile({ plan }: CheckedDockerfile, patterns: readonly string[], expected: string): string | undefined {
  const filter = new ContextFilter(patterns, 'buildkit');
  const steps = plan?.stages.flatMap((stage) => stage.steps) ?? [];
  const sources = steps.flatMap(({ instruction: { body } }) =>
    body.kind === 'ADD' || (body.kind === 'COPY' && body.from === '') ? body.sources : [],
  );
  const missing = sources.find(
    (source) => sourceKind(source) === 'context' && filter.matcher.matchesOrParentMatches(source),
  );
  const message = `failed to solve: failed to compute cache key: failed to calculate checksum of ref x "/${missing}": not found`;
  return difference('missing file', true, missing !== undefined && new RegExp(expected).test(message));
}
