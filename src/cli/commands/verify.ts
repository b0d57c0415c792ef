import type { Archive } from '../../archive/archive.ts';
import type { VerifyRow } from '../../archive/verifyArchive.ts';
import { printableName } from '../../bytes/byteName.ts';
import { type Command, type CommandContext, JSON_OPTION } from '../command.ts';
import { describeError } from '../describeError.ts';
import { ExitCode } from '../exitCode.ts';
import { imageNumber } from '../imageNumber.ts';
import { jsonName, printJsonStream } from '../jsonOutput.ts';
import { layerNumber } from '../layerNumber.ts';
import { openInput } from '../openInput.ts';
import { onlyFileOperand } from '../view.ts';

export const command: Command = {
  usage: ['[options] FILE'],
  description: [
    'Reads everything and recomputes the digests of all manifests, configs, stored blobs and uncompressed layers ' +
      '(diffIDs), and the sizes that descriptors claim. A line for each; exit status 1 when any claim is wrong or a ' +
      'layer cannot be read.',
  ],
  options: [{ name: 'quiet', short: 'q', kind: 'flag', help: 'only what is wrong' }, JSON_OPTION],
  examples: ['verify app.tar', 'verify --json app.tar | jq ".rows[] | select(.ok | not)"'],
  async run(args, context) {
    const archive = await openInput(onlyFileOperand(args), context);
    const { verifyArchive } = await import('../../archive/verifyArchive.ts');
    const tally = { checked: 0, wrong: 0 };
    const rows = counted(verifyArchive(archive, await context.work()), tally);
    if (args.has('json')) {
      const head = jsonName('file', archive.fileName);
      await printJsonStream(context.output, 'verify', head, 'rows', jsonRows(archive, rows));
    } else {
      const shows = args.has('quiet') ? (row: VerifyRow) => !row.ok : () => true;
      for await (const row of rows) if (shows(row)) await context.output.line(rowText(archive, row, context));
      await context.output.line(`${tally.checked - tally.wrong} right, ${tally.wrong} wrong`);
    }
    return tally.wrong === 0 ? ExitCode.fine : ExitCode.found;
  },
};

async function* counted(
  rows: AsyncIterable<VerifyRow>,
  tally: { checked: number; wrong: number },
): AsyncIterable<VerifyRow> {
  for await (const row of rows) {
    tally.checked++;
    if (!row.ok) tally.wrong++;
    yield row;
  }
}

function rowText(archive: Archive, row: VerifyRow, context: CommandContext): string {
  const { style } = context;
  const verdict = row.ok ? style.green('ok  ') : style.red('FAIL');
  return `${verdict}  ${printableName(place(archive, row))}  ${faultText(archive, row) ?? row.actual ?? row.claimed ?? ''}`;
}

function faultText(archive: Archive, row: VerifyRow): string | undefined {
  if (row.fault) return faultAlone(archive, row);
  if (row.ok) return row.claimed === undefined ? `${row.actual} (nothing was claimed)` : undefined;
  return `claimed ${row.claimed ?? 'nothing'}, is ${row.actual ?? 'unknown'}`;
}

/** What is wrong, without the file and the path: the row tells those. */
function faultAlone(archive: Archive, row: VerifyRow): string {
  const prefixes = [`${archive.fileName}: `, ...(row.path ? [`${row.path}: `, `${row.path} `] : [])];
  return prefixes.reduce(
    (text, prefix) => (text.startsWith(prefix) ? text.slice(prefix.length) : text),
    describeError(row.fault, archive.fileName),
  );
}

const WHAT_TEXTS: Readonly<Record<VerifyRow['what'], string>> = {
  layer: 'diffID',
  blob: 'blob',
  config: 'config',
  manifest: 'manifest',
  size: 'size',
};

function place(archive: Archive, row: VerifyRow): string {
  const what = WHAT_TEXTS[row.what].padEnd(8);
  if (row.layer !== undefined) {
    const places = layerPlaces(archive, row.layer).map(
      ({ image, layer }) => `${archive.images.length > 1 ? `image ${image} ` : ''}layer ${layer}`,
    );
    return `${what}  ${places.join(', ')}${pathText(row)}`;
  }
  const image = row.image !== undefined && archive.images.length > 1 ? `image ${row.image + 1}` : 'image';
  return `${what}  ${image}${pathText(row)}`;
}

/** Where a layer of the archive stands in its images: images often share their lower layers. */
function layerPlaces(archive: Archive, index: number): { readonly image: number; readonly layer: number }[] {
  return archive.images.flatMap((image) =>
    image.layers.flatMap((layer, position) =>
      layer.index === index ? [{ image: imageNumber(archive, image), layer: layerNumber(position) }] : [],
    ),
  );
}

/** A path that only repeats the digest tells nothing. */
function pathText(row: VerifyRow): string {
  const digits = row.actual?.replace(/^.*:/, '');
  return row.path === undefined || (digits && row.path.includes(digits)) ? '' : ` (${row.path})`;
}

async function* jsonRows(archive: Archive, rows: AsyncIterable<VerifyRow>): AsyncIterable<object> {
  for await (const row of rows) {
    const { what, layer, image, path, claimed, actual, ok, fault } = row;
    yield {
      what,
      ok,
      ...(layer === undefined ? {} : { places: layerPlaces(archive, layer) }),
      ...(image === undefined ? {} : { image: image + 1 }),
      ...(path === undefined ? {} : jsonName('path', path)),
      ...(claimed === undefined ? {} : { claimed }),
      ...(actual === undefined ? {} : { actual }),
      ...(fault === undefined ? {} : { fault: faultAlone(archive, row) }),
    };
  }
}
