import {
  type BackingFilesystem,
  type Operation,
  OPERATIONS,
  type OperationTarget,
  type StorageDriver,
} from '../../drivers/driver.ts';
import type { HostMeasure } from '../../drivers/measureHost.ts';
import { printableName } from '../../bytes/byteName.ts';
import type { ParsedArguments } from '../arguments.ts';
import { CliError } from '../cliError.ts';
import { type Command, type CommandContext, IMAGE_OPTION, JSON_OPTION, PLATFORM_OPTION } from '../command.ts';
import type { LoadedHost } from '../drivers/driverHost.ts';
import { DRIVER_RULES } from '../drivers/driverTexts.ts';
import { ExitCode } from '../exitCode.ts';
import { jsonName, printJson, printJsonStream } from '../jsonOutput.ts';
import { findNode } from '../lookupPath.ts';
import { openInput } from '../openInput.ts';
import { imageChoice, selectImage } from '../selectImage.ts';
import { wrapText } from '../wrapText.ts';
import { fileOperand } from '../view.ts';

const BACKINGS: readonly BackingFilesystem[] = ['ext4', 'xfs', 'btrfs'];
const TEXT_WIDTH = 100;

export const command: Command = {
  usage: ['[options] FILE [PATH]', '--cost OPERATION FILE PATH', '--driver NAME --tree FILE'],
  description: [
    'Compares storage drivers on a host that has loaded the image and made one container: what each has on disk, and ' +
      'what it costs when the container changes PATH (the largest file, if none is named). A model: each driver is ' +
      'marked “measured” where its rules were seen on a real host, “documented” where they were only read.',
    'Space is that of contents, rounded to what the driver allocates; metadata is counted with --cost or --driver. A ' +
      'write is of one byte at the start of the file.',
    'With --tree the directory that the driver keeps, as it lies on the host; names that a real host draws at random ' +
      'are the same each time for the same image.',
  ],
  options: [
    IMAGE_OPTION,
    PLATFORM_OPTION,
    { name: 'driver', short: 'd', kind: 'value', metavar: 'NAME', help: 'one driver, in detail' },
    { name: 'tree', short: 't', kind: 'flag', help: 'draw the driver’s directory' },
    { name: 'depth', short: 'L', kind: 'value', metavar: 'N', help: 'with --tree: no deeper than N directories' },
    { name: 'mounted', kind: 'flag', help: 'with --tree: while the container runs, its merged view in sight' },
    {
      name: 'cost',
      short: 'c',
      kind: 'value',
      metavar: 'OPERATION',
      help: `what one operation costs in each driver: ${OPERATIONS.join(', ')}`,
    },
    {
      name: 'backing',
      kind: 'value',
      metavar: BACKINGS.join('|'),
      help: 'the filesystem below overlay2, vfs, containerd-overlayfs and containerd-native (ext4)',
    },
    JSON_OPTION,
  ],
  examples: [
    'drivers app.tar',
    'drivers --cost chmod app.tar /usr/lib/libbig.so',
    'drivers --driver overlay2 --tree -L 3 app.tar',
  ],
  async run(args, context) {
    const { file, rest } = fileOperand(args);
    if (rest.length > 1) throw new CliError('usage', `one PATH is enough; what is “${rest[1]}”?`);
    if (args.has('tree') && rest.length > 0) throw new CliError('usage', '--tree takes no PATH: nothing is changed');
    const request = await readRequest(args);
    const archive = await openInput(file, context, args.value('platform'));
    const image = selectImage(archive, imageChoice(args));
    const { loadHost } = await import('../drivers/driverHost.ts');
    const loaded = await loadHost(archive, image, args.has('mounted') ? 'mounted' : 'stopped', context);
    const index = archive.images.indexOf(image);
    if (args.has('tree')) await showTree(request, loaded, index, args, context);
    else await showCosts(request, loaded, index, rest[0], args, context);
    return ExitCode.fine;
  },
};

interface Request {
  readonly drivers: readonly StorageDriver[];
  readonly operation: Operation | undefined;
}

async function readRequest(args: ParsedArguments): Promise<Request> {
  const { storageDrivers } = await import('../../drivers/registry.ts');
  const all = storageDrivers(args.choice('backing', BACKINGS) ?? 'ext4');
  const name = args.choice(
    'driver',
    all.map((driver) => driver.name),
  );
  const operation = args.choice('cost', OPERATIONS);
  const drivers = name === undefined ? all : all.filter((driver) => driver.name === name);
  if (args.has('tree')) {
    if (name === undefined) throw new CliError('usage', '--tree draws one driver: name it with --driver');
    if (operation !== undefined) throw new CliError('usage', '--tree and --cost exclude each other');
  } else if (args.has('depth') || args.has('mounted')) {
    throw new CliError('usage', `--${args.has('depth') ? 'depth' : 'mounted'} is for --tree`);
  }
  return { drivers, operation };
}

async function showTree(
  { drivers }: Request,
  { host, random }: LoadedHost,
  image: number,
  args: ParsedArguments,
  context: CommandContext,
): Promise<void> {
  const [driver] = drivers;
  if (!driver) return;
  const depth = args.count('depth') ?? Number.POSITIVE_INFINITY;
  const layout = driver.layOut(host, random);
  const { drawLayout, layoutRows } = await import('../drivers/drawLayout.ts');
  if (args.has('json')) {
    const head = {
      image,
      driver: driver.name,
      evidence: driver.evidence.layout,
      dataRoot: driver.dataRoot,
      volumes: layout.volumes,
    };
    await printJsonStream(context.output, 'drivers', head, 'rows', layoutRows(layout, depth));
    return;
  }
  const { output, style } = context;
  const known = driver.evidence.layout === 'measured' ? 'seen on a real host' : 'from documentation only';
  await output.line(`${style.bold(driver.dataRoot)}  (a model, ${known})`);
  await drawLayout(layout, depth, context);
  if (layout.volumes.length > 0) await output.line(`\n${style.bold('volumes')}`);
  for (const { name, parent, path } of layout.volumes) {
    const place = path === undefined ? '' : `  at ${path}`;
    await output.line(`${name}${parent === undefined ? '' : `  of ${parent}`}${place}`);
  }
}

async function showCosts(
  request: Request,
  { host, union }: LoadedHost,
  image: number,
  wanted: string | undefined,
  args: ParsedArguments,
  context: CommandContext,
): Promise<void> {
  const [{ measureHost }, { largestFile, operationTarget }] = await Promise.all([
    import('../../drivers/measureHost.ts'),
    import('../../drivers/operationTarget.ts'),
  ]);
  const node = wanted === undefined ? largestFile(union) : findNode(union, wanted, lastLink(request));
  if (request.operation !== undefined && node < 0)
    throw new CliError('notFound', 'the image has no file that could be changed');
  const measure = await measureHost(host, context.signal);
  const target = node < 0 ? undefined : await operationTarget(union, node, context.signal);
  const path = node < 0 ? '' : union.path(node);
  if (args.has('json')) {
    const shown = target === undefined ? {} : { ...jsonName('path', path), target: targetJson(target) };
    await printJson(context.output, 'drivers', {
      image,
      ...shown,
      drivers: request.drivers.map((driver) => driverJson(driver, measure, target, request.operation)),
    });
    return;
  }
  const tables = await import('../drivers/costTables.ts');
  const { output, style } = context;
  if (target !== undefined) await output.line(tables.targetText(printableName(path), target));
  const [only] = request.drivers;
  if (request.operation !== undefined && target !== undefined) {
    for (const line of tables.operationTable(request.drivers, request.operation, target)) await output.line(line);
  } else if (request.drivers.length === 1 && only) {
    for (const line of wrapText(DRIVER_RULES[only.name], TEXT_WIDTH)) await output.line(line);
    for (const line of tables.driverTable(only, measure, target)) await output.line(line);
  } else {
    for (const line of tables.comparisonTable(request.drivers, measure, target)) await output.line(line);
    await output.line();
    for (const note of tables.COMPARISON_NOTES) await output.line(style.dim(note));
  }
}

/** A name is removed or changed itself; what else is done to a symlink is done to its target. */
function lastLink({ operation }: Request): 'follow' | 'keep' {
  return operation === 'rename' || operation === 'delete' ? 'keep' : 'follow';
}

function targetJson({ kind: _, below, ...fields }: OperationTarget): object {
  const { directoryCount, otherCount, space } = below;
  return { ...fields, below: { directoryCount, otherCount, contentBytes: space.contentBytes } };
}

function driverJson(
  driver: StorageDriver,
  measure: HostMeasure,
  target: OperationTarget | undefined,
  only: Operation | undefined,
): object {
  const operations = only === undefined ? OPERATIONS : [only];
  const costs = operations.map((operation) => [operation, target && (driver.cost(operation, target) ?? null)]);
  return {
    driver: driver.name,
    evidence: driver.evidence,
    copyUnit: driver.copyUnit,
    ...driver.usage(measure),
    ...(target === undefined ? {} : { costs: Object.fromEntries(costs) }),
  };
}
