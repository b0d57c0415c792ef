import { shortId } from '../../engine/messages.ts';
import type { RowKind } from './rows.ts';

/** A container at one moment. What is not measured is 0, as where the kernel does not account for it. */
export interface StatsRow {
  /** As it was named on the command line; else its ID. */
  readonly wanted: string;
  readonly id: string;
  readonly name: string;
  readonly processCount: number;
  readonly truncates: boolean;
}

const NO_SHARE = '0.00%';
const NOTHING = '0B / 0B';

export const STATS_ROWS: RowKind<StatsRow> = {
  typeName: 'container.statsContext',
  columns: {
    Container: { header: 'CONTAINER', text: ({ wanted }) => wanted },
    ID: { header: 'CONTAINER ID', text: ({ id, truncates }) => (truncates ? shortId(id) : id) },
    Name: { header: 'NAME', text: ({ name }) => name },
    CPUPerc: { header: 'CPU %', text: () => NO_SHARE },
    MemUsage: { header: 'MEM USAGE / LIMIT', text: () => NOTHING },
    MemPerc: { header: 'MEM %', text: () => NO_SHARE },
    NetIO: { header: 'NET I/O', text: () => NOTHING },
    BlockIO: { header: 'BLOCK I/O', text: () => NOTHING },
    PIDs: { header: 'PIDS', text: ({ processCount }) => String(processCount) },
  },
};

export const STATS_TABLE =
  'table {{.ID}}\t{{.Name}}\t{{.CPUPerc}}\t{{.MemUsage}}\t{{.MemPerc}}\t{{.NetIO}}\t{{.BlockIO}}\t{{.PIDs}}';
