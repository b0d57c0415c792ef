import type { TreeView } from '../../src/client/protocol.ts';
import { FATES } from '../../src/worker/protocol.ts';

/** A node of a hand-made tree: children for a directory; `fate` for a hidden row. */
export interface Node {
  readonly name: string;
  readonly children?: readonly Node[];
  readonly fate?: (typeof FATES)[number];
  readonly byLayer?: number;
}

/** The view that the service would give of these top-level nodes. */
export function viewOf(top: readonly Node[]): TreeView {
  const rows: { readonly node: Node; readonly depth: number; end: number }[] = [];
  const add = (node: Node, depth: number): void => {
    const row = { node, depth, end: 0 };
    rows.push(row);
    for (const child of node.children ?? []) add(child, depth + 1);
    row.end = rows.length;
  };
  for (const node of top) add(node, 0);
  const names = rows.map(({ node }) => new TextEncoder().encode(node.name));
  const nameStart = new Uint32Array(rows.length + 1);
  for (const [i, name] of names.entries()) nameStart[i + 1] = (nameStart[i] as number) + name.length;
  const pool = new Uint8Array(nameStart[rows.length] as number);
  for (const [i, name] of names.entries()) pool.set(name, nameStart[i]);
  const count = rows.length;
  return {
    count,
    end: Uint32Array.from(rows, ({ end }) => end),
    depth: Uint16Array.from(rows, ({ depth }) => depth),
    kind: Uint8Array.from(rows, ({ node }) => (node.children ? 1 : 0)),
    change: new Uint8Array(count),
    fate: Uint8Array.from(rows, ({ node }) => FATES.indexOf(node.fate ?? 'visible')),
    flags: new Uint8Array(count),
    layer: new Uint16Array(count),
    byLayer: Uint16Array.from(rows, ({ node }) => node.byLayer ?? 0xffff),
    entry: Uint32Array.from(rows, (_, i) => i),
    mode: new Uint16Array(count),
    uid: new Uint32Array(count),
    gid: new Uint32Array(count),
    mtimeSec: new Float64Array(count),
    size: new Float64Array(count),
    nameStart,
    names: pool,
    matched: count,
    total: count,
  };
}
