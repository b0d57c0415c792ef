import type { CheckedDockerfile } from '../../build/plan/planBuild.ts';
import { formatPlatformFull } from '../../build/plan/platform.ts';
import type { PlannedStage } from '../../build/plan/stageState.ts';
import { jsonName } from '../jsonOutput.ts';
import type { ContextReport } from './contextReport.ts';

/** The members of `palimpsest dockerfile --json` (docs/json.md). */
export function dockerfileJson(
  { plan, findings, error }: CheckedDockerfile,
  report: ContextReport | undefined,
): object {
  return {
    target: plan?.target.stage && plan.target.shownName,
    globalArguments: plan && Object.fromEntries(plan.globalArguments),
    stages: plan?.stages.map(stageJson),
    findings: findings.map(({ rule, message, lines, dependsOnBase }) => ({
      rule: rule.name,
      message,
      description: rule.description,
      url: rule.url,
      ...linesJson(lines),
      dependsOnBase,
    })),
    error: error && { code: error.code, message: error.message, lines: error.lines.map(linesJson) },
    context: report && {
      ...report,
      leftOut: report.leftOut.map(({ path, ...rest }) => ({ ...jsonName('path', path), ...rest })),
    },
  };
}

function stageJson({ node, config, steps, baseUnknown }: PlannedStage): object {
  return {
    name: node.shownName,
    base: node.base ? { stage: node.base.shownName } : { image: node.baseName },
    platform: node.platform && formatPlatformFull(node.platform),
    baseKnown: !baseUnknown,
    ...linesJson(node.lines),
    steps: steps.map(({ instruction, isOnBuild, createdBy, makesLayer }) => ({
      instruction: instruction.body.kind,
      source: instruction.source,
      ...linesJson(instruction.node),
      isOnBuild,
      createdBy,
      makesLayer,
    })),
    config: {
      env: [...config.env.entries()].map(([name, value]) => `${name}=${value}`),
      workingDir: config.workingDir,
      user: config.user,
      entrypoint: config.entrypoint,
      cmd: config.cmd,
      exposedPorts: [...config.exposedPorts],
      volumes: [...config.volumes],
      labels: Object.fromEntries(config.labels),
      stopSignal: config.stopSignal,
      onBuild: config.onBuild,
    },
  };
}

function linesJson({ startLine, endLine }: { readonly startLine: number; readonly endLine: number }) {
  return { startLine, endLine };
}
