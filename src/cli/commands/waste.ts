import { readFile } from 'node:fs/promises';
import type { CiVerdict, DiveRules } from '../../analysis/diveCi.ts';
import type { StackTimeline } from '../../analysis/timeline.ts';
import type { DiveFigures, WasteCause, WastedEntry, WasteReport } from '../../analysis/waste.ts';
import type { Remedy } from '../../analysis/wasteRemedy.ts';
import { printableName } from '../../bytes/byteName.ts';
import type { ParsedArguments } from '../arguments.ts';
import { CliError } from '../cliError.ts';
import { type Command, type CommandContext, IMAGE_OPTION, JSON_OPTION, PLATFORM_OPTION } from '../command.ts';
import { mergeRules, parseDiveCiFile, RULES } from '../diveCiFile.ts';
import { ExitCode } from '../exitCode.ts';
import { formatBytes, formatFraction } from '../formatSize.ts';
import { type ImageStack, readStack } from '../imageStack.ts';
import { jsonName, printJson } from '../jsonOutput.ts';
import { layerMark, layerNumber } from '../layerNumber.ts';
import { openInput } from '../openInput.ts';
import { imageChoice, selectImage } from '../selectImage.ts';
import { formatTable } from '../table.ts';
import { onlyFileOperand } from '../view.ts';

const SHOWN_ENTRIES = 20;
const DEFAULT_CI_FILE = '.dive-ci';

export const command: Command = {
  usage: ['[options] FILE', '--ci [rules] FILE'],
  description: [
    'Tells which bytes of an image nobody can read, or that it carries twice: each with the layer that carries it, the ' +
      'layer that made it a waste, and what would avoid it. Causes: superseded (a later layer has another version), ' +
      'deleted (a later layer removes it), metadata only (a later layer writes the same bytes again to change mode, ' +
      'owner or time), duplicate (the same content at another path). The figures of dive stand beside ours.',
    'With --ci the image is judged by dive’s rules, from options, else .dive-ci in the working directory, else dive’s ' +
      'defaults; exit status 1 when a rule fails. A rule is a ratio (0.95), a size (20MB), or “disabled”.',
  ],
  options: [
    IMAGE_OPTION,
    PLATFORM_OPTION,
    { name: 'limit', short: 'n', kind: 'value', metavar: 'N', help: `show the N largest (${SHOWN_ENTRIES})` },
    {
      name: 'no-contents',
      kind: 'flag',
      help: 'do not compare contents: faster, duplicates and rewrites stay unknown',
    },
    { name: 'ci', kind: 'flag', help: 'judge by dive’s rules' },
    { name: 'ci-config', kind: 'value', metavar: 'FILE', help: 'rules file (.dive-ci)' },
    { name: 'lowestEfficiency', kind: 'value', metavar: 'RATIO', help: 'fail below this efficiency (0.9)' },
    { name: 'highestWastedBytes', kind: 'value', metavar: 'SIZE', help: 'fail above so many wasted bytes (disabled)' },
    {
      name: 'highestUserWastedPercent',
      kind: 'value',
      metavar: 'RATIO',
      help: 'fail above this share of what the layers over the base add (0.1)',
    },
    JSON_OPTION,
  ],
  examples: ['waste app.tar', 'waste --ci --lowestEfficiency 0.95 --highestWastedBytes 20MB app.tar'],
  async run(args, context) {
    const file = onlyFileOperand(args);
    const rules = await readRules(args, context);
    if (rules) await requireValid(rules);
    const archive = await openInput(file, context, args.value('platform'));
    const image = selectImage(archive, imageChoice(args));
    const stack = await readStack(archive, image, image.layers.length - 1, context);
    if (rules) return judge(stack, rules, args, context);
    const report = await makeReport(stack, args, context);
    if (args.has('json')) await printJson(context.output, 'waste', reportJson(report, args));
    else await printReport(report, args.count('limit') ?? SHOWN_ENTRIES, context);
    return ExitCode.fine;
  },
};

/** Undefined without --ci. */
async function readRules(args: ParsedArguments, context: CommandContext): Promise<DiveRules | undefined> {
  const options: Partial<Record<keyof DiveRules, string>> = {};
  for (const rule of RULES) {
    const value = args.value(rule);
    if (value !== undefined) options[rule] = value;
  }
  const configPath = args.value('ci-config');
  if (!args.has('ci')) {
    const given = configPath === undefined ? Object.keys(options)[0] : 'ci-config';
    if (given) throw new CliError('usage', `--${given} has a meaning only with --ci`);
    return undefined;
  }
  const text = await readRulesFile(configPath);
  if (text === undefined) return mergeRules({}, options);
  const file = parseDiveCiFile(text, configPath ?? DEFAULT_CI_FILE);
  for (const key of file.unknown) await context.errors.line(`note: there is no rule “${key}”`);
  return mergeRules(file.rules, options);
}

async function requireValid(rules: DiveRules): Promise<void> {
  const { checkRules } = await import('../../analysis/diveCi.ts');
  try {
    checkRules(rules);
  } catch (error) {
    if (error instanceof Error && error.name === 'AnalysisError') throw new CliError('usage', error.message);
    throw error;
  }
}

/** A file that was named must be there; `.dive-ci` may be. */
async function readRulesFile(path: string | undefined): Promise<string | undefined> {
  try {
    return await readFile(path ?? DEFAULT_CI_FILE, 'utf8');
  } catch (error) {
    if (path === undefined && (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function timelineOf(stack: ImageStack, context: CommandContext): Promise<StackTimeline> {
  const { buildTimeline } = await import('../../analysis/timeline.ts');
  return buildTimeline(stack.trees, { signal: context.signal });
}

async function makeReport(stack: ImageStack, args: ParsedArguments, context: CommandContext): Promise<WasteReport> {
  const [{ wasteReport }, { digestContents }, { archiveContents }, { layerInstructions }] = await Promise.all([
    import('../../analysis/waste.ts'),
    import('../../analysis/contentDigests.ts'),
    import('../../analysis/layerContents.ts'),
    import('../../analysis/historyTable.ts'),
  ]);
  const { image } = stack;
  const timeline = await timelineOf(stack, context);
  const work = await context.work();
  const digests = args.has('no-contents')
    ? undefined
    : await digestContents(timeline, archiveContents(image.layers, work), work);
  const instructions = layerInstructions(image.config?.history ?? [], image.layers.length);
  return wasteReport(timeline, { digests, instructions, signal: context.signal });
}

const CAUSE_TEXTS: Readonly<Record<WasteCause, string>> = {
  superseded: 'superseded',
  deleted: 'deleted',
  metadataOnly: 'metadata only',
  duplicate: 'duplicate',
};

const REMEDY_TEXTS: Readonly<Record<Remedy, string>> = {
  removeInSameLayer: 'create and delete within one RUN',
  cleanPackageCache: 'clean the package cache in the RUN that fills it, or use a cache mount',
  copyWithChmod: 'COPY --chmod / --chown instead of a later RUN',
  multiStage: 'leave it in an earlier stage (COPY --from)',
  linkInstead: 'link one to the other, or drop one',
  squash: 'do it in the layer that makes the file',
  orderCopies: 'copy the final version only',
};

async function printReport(report: WasteReport, limit: number, context: CommandContext): Promise<void> {
  const { output, style } = context;
  const share = report.imageBytes === 0 ? 0 : report.totalBytes / report.imageBytes;
  await output.line(
    style.bold(`${formatBytes(report.totalBytes)} wasted`) +
      ` of ${formatBytes(report.imageBytes)} in files (${formatFraction(share)})`,
  );
  for (const [cause, bytes] of Object.entries(report.byCause) as [WasteCause, number][]) {
    const isUnknown = !report.contentsCompared && (cause === 'metadataOnly' || cause === 'duplicate');
    await output.line(
      `  ${CAUSE_TEXTS[cause].padEnd(14)}${isUnknown ? 'not compared' : formatBytes(bytes).padStart(8)}`,
    );
  }
  await output.line(diveText(report.dive));
  if (report.entries.length === 0 || limit === 0) return;
  await output.line();
  const shown = report.entries.slice(0, limit);
  const lines = formatTable(
    [
      { title: 'wasted', align: 'right' },
      { title: 'layer', align: 'left' },
      { title: 'cause', align: 'left' },
      { title: 'path', align: 'left' },
      { title: 'remedy', align: 'left' },
    ],
    shown.map((entry) => [
      formatBytes(entry.bytes),
      style.layer(entry.layer, layerMark(entry.layer)),
      causeText(entry),
      printableName(entry.path),
      style.dim(REMEDY_TEXTS[entry.remedy]),
    ]),
    output.columns,
  );
  for (const line of lines) await output.line(line);
  if (report.entryCount > shown.length) await output.line(`… and ${report.entryCount - shown.length} more`);
}

function causeText(entry: WastedEntry): string {
  if (entry.otherPath !== undefined) return `as ${printableName(entry.otherPath)} (${layerMark(entry.byLayer)})`;
  return `${CAUSE_TEXTS[entry.cause]} by ${layerMark(entry.byLayer)}`;
}

function diveText(dive: DiveFigures): string {
  return (
    `dive’s figures: efficiency ${formatFraction(dive.efficiency)}, ${formatBytes(dive.wastedBytes)} wasted, ` +
    `${formatFraction(dive.userWastedFraction)} of what the layers over the base add`
  );
}

async function judge(
  stack: ImageStack,
  rules: DiveRules,
  args: ParsedArguments,
  context: CommandContext,
): Promise<ExitCode> {
  const [{ diveFigures }, { evaluateCi }] = await Promise.all([
    import('../../analysis/dive.ts'),
    import('../../analysis/diveCi.ts'),
  ]);
  const figures = await diveFigures(stack.trees, context.signal);
  const verdict = evaluateCi(figures, rules);
  if (args.has('json')) {
    const results = verdict.results.map((result) => ({ ...result, actual: finite(result.actual) }));
    await printJson(context.output, 'waste', { dive: diveJson(figures), ci: { passed: verdict.passed, results } });
  } else {
    await printVerdict(verdict, figures, context);
  }
  return verdict.passed ? ExitCode.fine : ExitCode.found;
}

async function printVerdict(verdict: CiVerdict, figures: DiveFigures, context: CommandContext): Promise<void> {
  const { output, style } = context;
  await output.line(diveText(figures));
  const paint = { pass: style.green, fail: style.red, skip: style.dim };
  const counts = { pass: 0, fail: 0, skip: 0 };
  for (const { rule, status, message } of verdict.results) {
    counts[status]++;
    await output.line(`  ${paint[status](status.toUpperCase())}: ${rule}: ${message}`);
  }
  await output.line(
    `Result: ${verdict.passed ? 'PASS' : 'FAIL'} (${counts.pass} passed, ${counts.fail} failed, ${counts.skip} skipped)`,
  );
}

function reportJson(report: WasteReport, args: ParsedArguments): object {
  const limit = args.count('limit') ?? Number.POSITIVE_INFINITY;
  return {
    totalBytes: report.totalBytes,
    imageBytes: report.imageBytes,
    byCause: report.byCause,
    byLayer: report.byLayer,
    contentsCompared: report.contentsCompared,
    dive: diveJson(report.dive),
    entryCount: report.entryCount,
    entries: report.entries.slice(0, limit).map((entry) => ({
      ...jsonName('path', entry.path),
      layer: layerNumber(entry.layer),
      bytes: entry.bytes,
      cause: entry.cause,
      byLayer: layerNumber(entry.byLayer),
      ...(entry.otherPath === undefined ? {} : jsonName('otherPath', entry.otherPath)),
      ...(entry.by === undefined ? {} : { by: entry.by }),
      remedy: entry.remedy,
    })),
  };
}

function diveJson(dive: DiveFigures): object {
  return {
    efficiency: dive.efficiency,
    wastedBytes: dive.wastedBytes,
    userWastedFraction: finite(dive.userWastedFraction),
    inefficiencies: dive.inefficiencies.map(({ path, count, cumulativeBytes }) => ({
      ...jsonName('path', path),
      count,
      cumulativeBytes,
    })),
  };
}

/** JSON has no infinity: null stands for “more than any bound”. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
