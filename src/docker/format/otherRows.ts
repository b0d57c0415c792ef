import { shortId } from '../../engine/messages.ts';
import type { PathChange } from '../../engine/containerCalls.ts';
import type { HistoryRow, SearchResult } from '../../engine/imageCalls.ts';
import type { NetworkSummary } from '../../engine/networkCalls.ts';
import type { BuildCacheUsage } from '../../engine/systemCalls.ts';
import type { VolumeSummary } from '../../engine/volumeCalls.ts';
import { humanSize } from '../humanUnits.ts';
import { formatTime, formatUnixTime, rfc3339 } from '../template/goTime.ts';
import { ago } from './ago.ts';
import { ellipsis } from './displayWidth.ts';
import { labelsText, type RowKind } from './rows.ts';

/** Images of before 2000 tell no time in `docker history`. */
const OLDEST_TOLD_SEC = 946_684_800;
const CREATED_BY_WIDTH = 45;

export interface HistoryLine {
  readonly row: HistoryRow;
  readonly truncates: boolean;
  readonly isHuman: boolean;
  readonly nowSec: number;
}

export const HISTORY_ROWS: RowKind<HistoryLine> = {
  typeName: 'image.historyContext',
  columns: {
    ID: {
      header: 'IMAGE',
      text: ({ row, truncates }) => (row.id === '' ? '<missing>' : truncates ? shortId(row.id) : row.id),
    },
    CreatedSince: {
      header: 'CREATED',
      text: ({ row, isHuman, nowSec }) => {
        if (!isHuman) return rfc3339(row.createdSec);
        return row.createdSec <= OLDEST_TOLD_SEC ? 'N/A' : ago(row.createdSec, nowSec);
      },
    },
    CreatedAt: { header: 'CREATED AT', text: ({ row }) => rfc3339(row.createdSec) },
    CreatedBy: {
      header: 'CREATED BY',
      text: ({ row, truncates }) => {
        const text = row.createdBy.replaceAll('\t', ' ');
        return truncates ? ellipsis(text, CREATED_BY_WIDTH) : text;
      },
    },
    Size: {
      header: 'SIZE',
      text: ({ row, isHuman }) => (isHuman ? humanSize(row.sizeBytes, 3) : String(row.sizeBytes)),
    },
    Comment: { header: 'COMMENT', text: ({ row }) => row.comment },
  },
};

export interface VolumeRow {
  readonly volume: VolumeSummary;
  readonly usage?: { readonly sizeBytes: number; readonly links: number };
}

const NOT_KNOWN = 'N/A';

export const VOLUME_ROWS: RowKind<VolumeRow> = {
  typeName: 'formatter.volumeContext',
  columns: {
    Name: { header: 'VOLUME NAME', text: ({ volume }) => volume.name },
    Driver: { header: 'DRIVER', text: ({ volume }) => volume.driver },
    Scope: { header: 'SCOPE', text: ({ volume }) => volume.scope },
    Mountpoint: { header: 'MOUNTPOINT', text: ({ volume }) => volume.mountpoint },
    Labels: { header: 'LABELS', text: ({ volume }) => labelsText(volume.labels) },
    Links: { header: 'LINKS', text: ({ usage }) => (usage ? String(usage.links) : NOT_KNOWN) },
    Size: { header: 'SIZE', text: ({ usage }) => (usage ? humanSize(usage.sizeBytes, 4) : NOT_KNOWN) },
    Group: { header: 'GROUP', text: () => NOT_KNOWN },
    Availability: { header: 'AVAILABILITY', text: () => NOT_KNOWN },
    Status: { header: 'STATUS', text: () => NOT_KNOWN },
  },
  labels: ({ volume }) => volume.labels,
};

export interface NetworkRow {
  readonly network: NetworkSummary;
  readonly truncates: boolean;
}

export const NETWORK_ROWS: RowKind<NetworkRow> = {
  typeName: 'network.networkContext',
  columns: {
    ID: { header: 'NETWORK ID', text: ({ network, truncates }) => (truncates ? shortId(network.id) : network.id) },
    Name: { header: 'NAME', text: ({ network }) => network.name },
    Driver: { header: 'DRIVER', text: ({ network }) => network.driver },
    Scope: { header: 'SCOPE', text: ({ network }) => network.scope },
    // API 1.41 does not tell whether a network has IPv4.
    IPv4: { header: 'IPV4', text: () => 'false' },
    IPv6: { header: 'IPV6', text: () => 'false' },
    Internal: { header: 'INTERNAL', text: ({ network }) => String(network.isInternal) },
    Labels: { header: 'LABELS', text: ({ network }) => labelsText(network.labels) },
    CreatedAt: { header: 'CREATED AT', text: ({ network }) => formatTime(network.createdAt) },
  },
  labels: ({ network }) => network.labels,
};

export const DIFF_ROWS: RowKind<PathChange> = {
  typeName: 'container.diffContext',
  columns: {
    Type: { header: 'CHANGE TYPE', text: ({ kind }) => kind },
    Path: { header: 'PATH', text: ({ path }) => path },
  },
};

export interface SearchRow {
  readonly result: SearchResult;
  readonly truncates: boolean;
}

export const SEARCH_ROWS: RowKind<SearchRow> = {
  typeName: 'registry.searchContext',
  columns: {
    Name: { header: 'NAME', text: ({ result }) => result.name },
    Description: {
      header: 'DESCRIPTION',
      text: ({ result, truncates }) => {
        const text = result.description.replace(/[\n\r]/g, ' ');
        return truncates ? ellipsis(text, CREATED_BY_WIDTH) : text;
      },
    },
    StarCount: { header: 'STARS', text: ({ result }) => String(result.starCount) },
    IsOfficial: {
      header: 'OFFICIAL',
      text: ({ result }) => (result.isOfficial ? '[OK]' : ''),
      json: ({ result }) => String(result.isOfficial),
    },
  },
};

export interface BuildCacheRow {
  readonly usage: BuildCacheUsage;
  readonly truncates: boolean;
  readonly nowSec: number;
}

export const BUILD_CACHE_ROWS: RowKind<BuildCacheRow> = {
  typeName: 'formatter.buildCacheContext',
  columns: {
    ID: {
      header: 'CACHE ID',
      text: ({ usage, truncates }) => (truncates ? shortId(usage.id) : usage.id) + (usage.isInUse ? '*' : ''),
    },
    Parent: { header: 'PARENT', text: () => '' },
    CacheType: { header: 'CACHE TYPE', text: ({ usage }) => usage.kind },
    Description: { header: 'DESCRIPTION', text: ({ usage }) => usage.description },
    Size: { header: 'SIZE', text: ({ usage }) => humanSize(usage.sizeBytes, 3) },
    CreatedAt: { text: ({ usage }) => formatUnixTime(usage.createdSec) },
    CreatedSince: { header: 'CREATED', text: ({ usage, nowSec }) => ago(usage.createdSec, nowSec) },
    LastUsedAt: { text: ({ usage }) => (usage.lastUsedSec === undefined ? '' : formatUnixTime(usage.lastUsedSec)) },
    LastUsedSince: {
      header: 'LAST USED',
      text: ({ usage, nowSec }) => (usage.lastUsedSec === undefined ? '' : ago(usage.lastUsedSec, nowSec)),
    },
    UsageCount: { header: 'USAGE', text: ({ usage }) => String(usage.usageCount) },
    InUse: { header: 'IN USE', text: ({ usage }) => String(usage.isInUse) },
    Shared: { header: 'SHARED', text: ({ usage }) => String(usage.isShared) },
  },
};
