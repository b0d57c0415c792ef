import type { BuildError } from '../../build/buildError.ts';
import type { LintFinding } from '../../build/lint/linter.ts';
import type { BuildPlan } from '../../build/plan/planBuild.ts';
import { formatPlatformFull } from '../../build/plan/platform.ts';
import type { PlannedStage, PlannedStep } from '../../build/plan/stageState.ts';
import type { CommandContext } from '../command.ts';
import { safeText } from '../describeError.ts';
import type { ContextReport } from './contextReport.ts';
import { formatBytes } from '../formatSize.ts';

/** Characters of an instruction that are shown on its line. */
const MAX_SHOWN = 160;
/** What is left out of the context, at most so many lines of it. */
const MAX_LEFT_OUT_LINES = 40;

export async function printPlan(plan: BuildPlan, context: CommandContext): Promise<void> {
  const { output, style } = context;
  for (const stage of plan.stages) {
    await output.line(stageTitle(stage, plan, context));
    for (const step of stage.steps) {
      const { instruction, isOnBuild } = step;
      const line = String(instruction.node.startLine).padStart(5);
      const trigger = isOnBuild ? style.dim('ONBUILD ') : '';
      await output.line(`${style.dim(line)}  ${trigger}${shown(instruction.source)}`);
      if (hasVariables(step)) await output.line(`${' '.repeat(7)}${style.dim('=')} ${shown(step.createdBy ?? '')}`);
    }
    await output.line();
  }
}

function stageTitle({ node, baseUnknown }: PlannedStage, plan: BuildPlan, { style }: CommandContext): string {
  const name = node.shownName === '' ? 'stage' : `stage ${node.shownName}`;
  const base = node.base ? `stage ${node.base.shownName}` : node.baseName;
  const platform = node.platform === undefined ? '' : ` (${formatPlatformFull(node.platform)})`;
  const isTarget = plan.stages.length > 1 && node === plan.target ? style.dim('  the target') : '';
  const unknown = baseUnknown && node.base === undefined ? style.dim('  its own variables are not known') : '';
  return `${style.bold(safeText(name))} from ${safeText(base)}${platform}${isTarget}${unknown}`;
}

function hasVariables({ instruction, createdBy, mounts }: PlannedStep): boolean {
  if (createdBy === undefined) return false;
  const { kind } = instruction.body;
  if (kind === 'RUN' || kind === 'CMD' || kind === 'ENTRYPOINT') return mounts.length > 0;
  return instruction.source.includes('$') || kind === 'ARG';
}

function shown(text: string): string {
  const line = safeText(text.replace(/\s+/g, ' '));
  return line.length <= MAX_SHOWN ? line : `${line.slice(0, MAX_SHOWN)}…`;
}

/** `FILE:LINE: Rule: message`, as compilers print, so that editors can jump there. */
export async function printFindings(
  file: string,
  findings: readonly LintFinding[],
  context: CommandContext,
): Promise<void> {
  const { output, style } = context;
  // BuildKit tells them as it comes upon them; readers go down the file.
  const inOrder = [...findings].sort((a, b) => a.lines.startLine - b.lines.startLine);
  for (const { rule, message, lines, dependsOnBase } of inOrder) {
    const place = style.bold(`${safeText(file)}:${lines.startLine}`);
    const unless = dependsOnBase ? style.dim(' (unless the base image sets it)') : '';
    await output.line(`${place}: ${style.yellow(rule.name)}: ${safeText(message)}${unless}`);
    if (rule.url !== '') await output.line(`  ${style.dim(rule.url)}`);
  }
}

export async function printError(file: string, error: BuildError, context: CommandContext): Promise<void> {
  const { output, style } = context;
  const line = error.lines[0]?.startLine;
  const place = style.bold(line === undefined ? safeText(file) : `${safeText(file)}:${line}`);
  await output.line(`${place}: ${style.red('error')}: ${safeText(error.message)}`);
}

export async function printContext(report: ContextReport, context: CommandContext): Promise<void> {
  const { output, style } = context;
  const by = report.ignoreFile === undefined ? 'no ignore file' : safeText(report.ignoreFile);
  await output.line(
    `${style.bold(`context ${safeText(report.directory)}`)}: ${report.sentEntries} entries, ` +
      `${formatBytes(report.sentBytes)} are sent, ${report.leftOutCount} left out (${by})`,
  );
  for (const { path, isDirectory, pattern, line } of report.leftOut.slice(0, MAX_LEFT_OUT_LINES)) {
    const reason = line === undefined ? pattern : `${pattern}, line ${line}`;
    await output.line(`  ${safeText(path)}${isDirectory ? '/' : ''}  ${style.dim(safeText(reason))}`);
  }
  const more = report.leftOutCount - Math.min(report.leftOut.length, MAX_LEFT_OUT_LINES);
  if (more > 0) await output.line(style.dim(`  and ${more} more`));
  for (const path of report.unreadable) await output.line(`  ${style.red('cannot be read')}: ${safeText(path)}`);
}
