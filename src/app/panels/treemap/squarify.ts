import type { TreemapNode } from '../../../client/protocol.ts';

/** Squarified treemap (Bruls, Huizing, van Wijk 2000), nested: a directory that is large enough shows its
 *  children within, below a strip for its name. */
export interface TreemapCell {
  readonly node: TreemapNode;
  /** Position of the directory's cell in the list, or -1 for the top. A parent precedes its children. */
  readonly parent: number;
  readonly depth: number;
  /** CSS pixels. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Children are drawn within. */
  readonly isOpened: boolean;
}

/** A canvas fills about this many cells within one frame. */
export const MAX_CELLS = 6000;
export const HEADER_PX = 16;
const MIN_SIDE_PX = 3;
const MIN_OPENED_WIDTH_PX = 48;
const MIN_OPENED_HEIGHT_PX = 40;
const PADDING_PX = 2;

/** Cells of what lies in `root`, parents first. Children too small to be seen are left out. */
export function layOutTreemap(root: TreemapNode, width: number, height: number, maxDepth: number): TreemapCell[] {
  const cells: TreemapCell[] = [];
  const queue: { node: TreemapNode; parent: number; depth: number; area: Area }[] = [
    { node: root, parent: -1, depth: 0, area: { x: 0, y: 0, width, height } },
  ];
  // Breadth first, so that the bound cuts the deepest and smallest.
  for (let next = queue.shift(); next && cells.length < MAX_CELLS; next = queue.shift()) {
    for (const { node, area } of squarify(next.node.children, next.area)) {
      if (cells.length >= MAX_CELLS) break;
      const isOpened =
        node.children.length > 0 &&
        next.depth + 1 < maxDepth &&
        area.width >= MIN_OPENED_WIDTH_PX &&
        area.height >= MIN_OPENED_HEIGHT_PX;
      cells.push({ node, parent: next.parent, depth: next.depth, ...area, isOpened });
      if (isOpened) queue.push({ node, parent: cells.length - 1, depth: next.depth + 1, area: inside(area) });
    }
  }
  return cells;
}

interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function inside(area: Area): Area {
  return {
    x: area.x + PADDING_PX,
    y: area.y + HEADER_PX,
    width: area.width - 2 * PADDING_PX,
    height: area.height - HEADER_PX - PADDING_PX,
  };
}

interface Placed {
  readonly node: TreemapNode;
  readonly area: Area;
}

/** Rows along the shorter side, each as long as its worst aspect ratio gets better. */
export function squarify(nodes: readonly TreemapNode[], area: Area): Placed[] {
  const sorted = nodes.filter((node) => node.sizeBytes > 0).sort((a, b) => b.sizeBytes - a.sizeBytes);
  const total = sorted.reduce((sum, node) => sum + node.sizeBytes, 0);
  if (total === 0 || area.width <= 0 || area.height <= 0) return [];
  const pxPerByte = (area.width * area.height) / total;
  const placed: Placed[] = [];
  let free = area;
  let start = 0;
  while (start < sorted.length) {
    const side = Math.min(free.width, free.height);
    if (side < MIN_SIDE_PX) break;
    const { end, areaPx } = bestRow(sorted, start, side, pxPerByte);
    const thickness = areaPx / side;
    placeRow(sorted.slice(start, end), free, thickness, pxPerByte, placed);
    free = withoutRow(free, thickness);
    start = end;
  }
  return placed.filter((item) => item.area.width >= MIN_SIDE_PX && item.area.height >= MIN_SIDE_PX);
}

function bestRow(nodes: readonly TreemapNode[], start: number, side: number, pxPerByte: number) {
  const largest = (nodes[start] as TreemapNode).sizeBytes * pxPerByte;
  let areaPx = largest;
  let worst = worstRatio(largest, largest, areaPx, side);
  let end = start + 1;
  for (; end < nodes.length; end++) {
    const smallest = (nodes[end] as TreemapNode).sizeBytes * pxPerByte;
    const ratio = worstRatio(largest, smallest, areaPx + smallest, side);
    if (ratio > worst) break;
    worst = ratio;
    areaPx += smallest;
  }
  return { end, areaPx };
}

function worstRatio(largest: number, smallest: number, sum: number, side: number): number {
  const sideSquared = side * side;
  const sumSquared = sum * sum;
  return Math.max((sideSquared * largest) / sumSquared, sumSquared / (sideSquared * smallest));
}

function placeRow(nodes: readonly TreemapNode[], free: Area, thickness: number, pxPerByte: number, placed: Placed[]) {
  const isColumn = free.width >= free.height;
  let at = isColumn ? free.y : free.x;
  for (const node of nodes) {
    const length = (node.sizeBytes * pxPerByte) / thickness;
    const area = isColumn
      ? { x: free.x, y: at, width: thickness, height: length }
      : { x: at, y: free.y, width: length, height: thickness };
    placed.push({ node, area });
    at += length;
  }
}

function withoutRow(free: Area, thickness: number): Area {
  return free.width >= free.height
    ? { ...free, x: free.x + thickness, width: free.width - thickness }
    : { ...free, y: free.y + thickness, height: free.height - thickness };
}

/** The innermost cell at a point, or -1. */
export function cellAt(cells: readonly TreemapCell[], x: number, y: number): number {
  for (let i = cells.length - 1; i >= 0; i--) {
    const cell = cells[i] as TreemapCell;
    if (x >= cell.x && x < cell.x + cell.width && y >= cell.y && y < cell.y + cell.height) return i;
  }
  return -1;
}

/** Names from below the root down to a cell. */
export function cellNames(cells: readonly TreemapCell[], index: number): string[] {
  const names: string[] = [];
  for (let i = index; i >= 0; i = (cells[i] as TreemapCell).parent) names.unshift((cells[i] as TreemapCell).node.name);
  return names;
}

export type TreemapMove = 'left' | 'right' | 'up' | 'down' | 'in' | 'out';

/** The cell that a key leads to: the nearest neighbour in a direction, the first child, or the parent. */
export function moveFocus(cells: readonly TreemapCell[], from: number, move: TreemapMove): number {
  const cell = cells[from];
  if (!cell) return cells.length > 0 ? 0 : -1;
  if (move === 'out') return cell.parent >= 0 ? cell.parent : from;
  if (move === 'in') {
    const child = cells.findIndex((other) => other.parent === from);
    return child >= 0 ? child : from;
  }
  let best = from;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const [i, other] of cells.entries()) {
    if (i === from || other.isOpened) continue;
    const distance = distanceTowards(cell, other, move);
    if (distance < bestDistance) {
      best = i;
      bestDistance = distance;
    }
  }
  return best;
}

function distanceTowards(from: TreemapCell, to: TreemapCell, move: 'left' | 'right' | 'up' | 'down'): number {
  const dx = to.x + to.width / 2 - (from.x + from.width / 2);
  const dy = to.y + to.height / 2 - (from.y + from.height / 2);
  const along = { left: -dx, right: dx, up: -dy, down: dy }[move];
  const across = move === 'left' || move === 'right' ? Math.abs(dy) : Math.abs(dx);
  return along > 0.5 && across < along * 3 ? along + across * 2 : Number.POSITIVE_INFINITY;
}
