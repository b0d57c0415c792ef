const lists = new WeakMap<object, Transferable[]>();

/** Marks buffers of a result that move to the page instead of being copied; of no use here afterwards. */
export function transfer<T extends object>(value: T, buffers: Transferable[]): T {
  lists.set(value, buffers);
  return value;
}

export function transferList(value: unknown): Transferable[] {
  return (typeof value === 'object' && value !== null && lists.get(value)) || [];
}

/** The buffers of a record's own columns. Each must be whole and owned by nobody else. */
export function columnBuffers(record: object): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const value of Object.values(record)) {
    if (ArrayBuffer.isView(value) && value.buffer instanceof ArrayBuffer) buffers.add(value.buffer);
  }
  return [...buffers];
}
