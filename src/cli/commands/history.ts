import type { ArchiveImage } from '../../archive/archive.ts';
import { printableName } from '../../bytes/byteName.ts';
import type { HistoryRow } from '../../analysis/historyTable.ts';
import { type Command, type CommandContext, IMAGE_OPTION, JSON_OPTION, PLATFORM_OPTION } from '../command.ts';
import { ExitCode } from '../exitCode.ts';
import { formatBytes } from '../formatSize.ts';
import { readStack } from '../imageStack.ts';
import { instructionText } from '../instructionText.ts';
import { printJson } from '../jsonOutput.ts';
import { layerMark, layerNumber } from '../layerNumber.ts';
import { openInput } from '../openInput.ts';
import { imageChoice, selectImage, shortDigest } from '../selectImage.ts';
import { clipText, formatTable } from '../table.ts';
import { onlyFileOperand } from '../view.ts';

const INSTRUCTION_WIDTH = 70;

export const command: Command = {
  usage: ['[options] FILE'],
  description: [
    'Lists the steps of an image’s history, base first, each beside the layer that it made: stored is the size of the ' +
      'blob in the archive, adds the file contents that the layer brings, total what is visible up to there. Steps ' +
      'that made no layer have no number.',
  ],
  options: [
    IMAGE_OPTION,
    PLATFORM_OPTION,
    { name: 'no-trunc', kind: 'flag', help: 'whole instructions and digests' },
    JSON_OPTION,
  ],
  examples: ['history app.tar', 'history --no-trunc app.tar | grep COPY'],
  async run(args, context) {
    const archive = await openInput(onlyFileOperand(args), context, args.value('platform'));
    const image = selectImage(archive, imageChoice(args));
    const stack = await readStack(archive, image, image.layers.length - 1, context);
    const [{ historyTable }, { buildTimeline }, { layerChanges }] = await Promise.all([
      import('../../analysis/historyTable.ts'),
      import('../../analysis/timeline.ts'),
      import('../../analysis/layerSizes.ts'),
    ]);
    const changes = layerChanges(await buildTimeline(stack.trees, { signal: context.signal }));
    const layers = image.layers.map((layer, i) => ({
      diffId: layer.diffId,
      blobDigest: layer.blobDigest,
      storedBytes: layer.blob === undefined ? 0 : layer.blobSizeBytes,
      contributedBytes: changes[i]?.contributedBytes ?? 0,
      cumulativeBytes: changes[i]?.cumulativeBytes ?? 0,
    }));
    const { platform } = await context.work();
    const rows = historyTable(image.config?.history ?? [], layers, platform);
    if (args.has('json')) await printJson(context.output, 'history', { steps: rows.map(stepJson) });
    else await printText(rows, image, args.has('no-trunc') ? 'whole' : 'short', context);
    return ExitCode.fine;
  },
};

async function printText(
  rows: readonly HistoryRow[],
  image: ArchiveImage,
  width: 'whole' | 'short',
  context: CommandContext,
): Promise<void> {
  const { style, output } = context;
  const isAbsent = (position: number | undefined) =>
    position !== undefined && image.layers[position]?.blob === undefined;
  const size = (row: HistoryRow, bytes: number): string => (row.layer === undefined ? '' : formatBytes(bytes));
  const digest = (text: string | undefined): string =>
    text === undefined ? '' : width === 'whole' ? text : shortDigest(text);
  const lines = formatTable(
    [
      { title: 'layer', align: 'left' },
      { title: 'created', align: 'left' },
      { title: 'stored', align: 'right' },
      { title: 'adds', align: 'right' },
      { title: 'total', align: 'right' },
      { title: 'diffID', align: 'left' },
      { title: 'created by', align: 'left' },
    ],
    rows.map((row) => [
      row.layer === undefined ? style.dim('-') : style.layer(row.layer, layerMark(row.layer)),
      printableName(row.created?.slice(0, 19) ?? ''),
      isAbsent(row.layer) ? '-' : size(row, row.storedBytes),
      size(row, row.contributedBytes),
      size(row, row.cumulativeBytes),
      digest(row.diffId),
      stepText(row, width),
    ]),
    width === 'whole' ? undefined : output.columns,
  );
  for (const line of lines) await output.line(line);
}

function stepJson(row: HistoryRow): object {
  return { ...row, step: row.step + 1, layer: row.layer === undefined ? undefined : layerNumber(row.layer) };
}

function stepText(row: HistoryRow, width: 'whole' | 'short'): string {
  const comment = row.comment ? `  # ${row.comment}` : '';
  if (width === 'whole') return printableName((row.createdBy + comment).replace(/\s+/g, ' '));
  return clipText(printableName(instructionText(row.createdBy) + comment), INSTRUCTION_WIDTH);
}
