import { decodeName, encodeName } from '../client/protocol.ts';
import { type PanelName, isPanelName } from './panels/panelName.ts';
import type { TreeMode } from './state/explorer.svelte.ts';

/** What a hash such as `#/a/ID/i/0/l/3/t/union/v/waste/p/etc/passwd` names; `p` comes last, for it holds slashes. */
export interface Route {
  readonly archiveId?: string;
  readonly image?: number;
  readonly layer?: number;
  readonly mode?: TreeMode;
  readonly panel?: PanelName;
  readonly path?: string;
  /** Which layer's version of the path, when it is not the visible one. */
  readonly version?: { readonly layer: number; readonly entry: number };
}

/** Names the builds, not an archive. */
export const BUILDS_HASH = '#/builds';

const MODES: readonly TreeMode[] = ['layer', 'union', 'merged'];
const MAX_HASH_LENGTH = 16_384;

/** Reads a hash; what is malformed or unknown is left out. */
export function parseRoute(hash: string): Route {
  const parts = hash
    .slice(0, MAX_HASH_LENGTH)
    .replace(/^#?\/?/, '')
    .split('/');
  let route: Route = {};
  for (let i = 0; i + 1 < parts.length; i += 2) {
    const value = parts[i + 1] as string;
    switch (parts[i]) {
      case 'a':
        route = { ...route, archiveId: decodePart(value) };
        break;
      case 'i':
        route = { ...route, ...numbered('image', value) };
        break;
      case 'l':
        route = { ...route, ...numbered('layer', value) };
        break;
      case 't': {
        const mode = MODES.find((one) => one === value);
        if (mode) route = { ...route, mode };
        break;
      }
      case 'v':
        if (isPanelName(value)) route = { ...route, panel: value };
        break;
      case 'x': {
        const version = /^(\d{1,6})\.(\d{1,9})$/.exec(value);
        if (version) route = { ...route, version: { layer: Number(version[1]), entry: Number(version[2]) } };
        break;
      }
      case 'p':
        return {
          ...route,
          path: parts
            .slice(i + 1)
            .map(decodePart)
            .join('/'),
        };
    }
  }
  return route;
}

export function formatRoute(route: Route): string {
  if (route.archiveId === undefined) return '#/';
  const parts = ['a', encodePart(route.archiveId)];
  if (route.image !== undefined) parts.push('i', String(route.image));
  if (route.layer !== undefined) parts.push('l', String(route.layer));
  if (route.mode !== undefined) parts.push('t', route.mode);
  if (route.panel !== undefined) parts.push('v', route.panel);
  if (route.version !== undefined) parts.push('x', `${route.version.layer}.${route.version.entry}`);
  if (route.path !== undefined) parts.push('p', ...route.path.split('/').map(encodePart));
  return `#/${parts.join('/')}`;
}

function numbered(key: 'image' | 'layer', text: string): Route {
  return /^\d{1,6}$/.test(text) ? { [key]: Number(text) } : {};
}

/** Percent-encodes the bytes of a name: unlike encodeURIComponent it takes names that are not UTF-8. */
function encodePart(name: string): string {
  return Array.from(encodeName(name), (byte) =>
    isPlain(byte) ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
  ).join('');
}

function decodePart(text: string): string {
  const bytes: number[] = [];
  for (const [token] of text.matchAll(/%[0-9a-fA-F]{2}|[\s\S]/gu)) {
    if (token.length === 3 && token.startsWith('%')) bytes.push(Number.parseInt(token.slice(1), 16));
    else bytes.push(...encodeName(token));
  }
  return decodeName(Uint8Array.from(bytes));
}

/** RFC 3986 "unreserved". */
function isPlain(byte: number): boolean {
  return /[A-Za-z0-9\-._~]/.test(String.fromCharCode(byte)) && byte < 0x80;
}
