import { type Operation, OPERATIONS, type OperationTarget, type StorageDriver } from '../../drivers/driver.ts';
import type { HostMeasure } from '../../drivers/measureHost.ts';
import { EntryKind } from '../../vfs/layerTree.ts';
import { formatBinary } from '../formatBinary.ts';
import { formatTable, type TableColumn } from '../table.ts';
import { copyUnitText, EVIDENCE_TEXTS, growthText, OPERATION_TITLES, stepsText } from './driverTexts.ts';

export const COMPARISON_NOTES: readonly string[] = [
  'image, container: space on disk of the image’s layers and of a new container; dirs: directories of the image.',
  'From “first write” on: what the container’s first change adds to the disk; “copies”: what is copied for a write.',
];

const right = (title: string): TableColumn => ({ title, align: 'right' });
const left = (title: string): TableColumn => ({ title, align: 'left' });

/** The operations that have a column: a read adds nothing to any disk. */
const SHOWN_OPERATIONS = OPERATIONS.filter((operation) => operation !== 'read');

export function targetText(path: string, { kind, sizeBytes, below }: OperationTarget): string {
  if (kind !== EntryKind.directory) return `/${path}: ${formatBinary(sizeBytes)}`;
  const { directoryCount, otherCount, space } = below;
  return `/${path}: directory of ${directoryCount + otherCount} entries, ${formatBinary(space.contentBytes)}`;
}

export function comparisonTable(
  drivers: readonly StorageDriver[],
  measure: HostMeasure,
  target: OperationTarget | undefined,
): string[] {
  const columns = [
    left('driver'),
    right('image'),
    right('dirs'),
    right('container'),
    right('copies'),
    ...(target === undefined ? [] : SHOWN_OPERATIONS.map((operation) => right(OPERATION_TITLES[operation]))),
    left('known from'),
  ];
  const rows = drivers.map((driver) => {
    const { images, containers } = driver.usage(measure);
    return [
      driver.name,
      formatBinary(images.allocatedBytes),
      String(images.directoryCount),
      formatBinary(containers.allocatedBytes),
      copyUnitText(driver.copyUnit),
      ...(target === undefined ? [] : SHOWN_OPERATIONS.map((operation) => growthText(driver.cost(operation, target)))),
      EVIDENCE_TEXTS[driver.evidence.layout],
    ];
  });
  return formatTable(columns, rows);
}

const COST_COLUMNS: readonly TableColumn[] = [
  right('copied'),
  right('on disk'),
  right('blocks'),
  left('error'),
  left('metadata'),
];

function costCells(driver: StorageDriver, operation: Operation, target: OperationTarget): readonly string[] {
  const cost = driver.cost(operation, target);
  if (cost === undefined) return ['?', '?', '?', '', ''];
  const { count, sizeBytes } = cost.blocks;
  return [
    formatBinary(cost.copiedBytes),
    formatBinary(cost.allocatedBytes),
    count === 0 ? '0' : `${count} × ${formatBinary(sizeBytes)}`,
    cost.refusal ?? '',
    stepsText(cost),
  ];
}

/** One operation in each driver. */
export function operationTable(
  drivers: readonly StorageDriver[],
  operation: Operation,
  target: OperationTarget,
): string[] {
  return formatTable(
    [left('driver'), left('known from'), ...COST_COLUMNS],
    drivers.map((driver) => [
      driver.name,
      EVIDENCE_TEXTS[driver.evidence.cost],
      ...costCells(driver, operation, target),
    ]),
  );
}

/** One driver, each operation. */
export function driverTable(
  driver: StorageDriver,
  measure: HostMeasure,
  target: OperationTarget | undefined,
): string[] {
  const { images, containers } = driver.usage(measure);
  const space = formatTable(
    [left(''), right('contents'), right('on disk'), right('dirs')],
    (
      [
        ['image', images],
        ['new container', containers],
      ] as const
    ).map(([title, use]) => [
      title,
      formatBinary(use.contentBytes),
      formatBinary(use.allocatedBytes),
      String(use.directoryCount),
    ]),
  );
  if (target === undefined) return space;
  const costs = formatTable(
    [left('operation'), ...COST_COLUMNS],
    OPERATIONS.map((operation) => [OPERATION_TITLES[operation], ...costCells(driver, operation, target)]),
  );
  const known = `layout ${EVIDENCE_TEXTS[driver.evidence.layout]}, costs ${EVIDENCE_TEXTS[driver.evidence.cost]}`;
  return ['', ...space, '', ...costs, '', known];
}
