/** An object of the naive model. */
export interface NaiveNode {
  kind: 'file' | 'directory' | 'symlink';
  mode: number;
  uid: number;
  text: string;
  /** Comes from a lower layer, and not a file: directories are not moved without redirects; see `link`. */
  isLower: boolean;
  entries: Map<string, NaiveNode>;
  /** The same object to users, but not to the mount; of a stranger, what it stands for. */
  stranger?: NaiveNode;
  original?: NaiveNode;
}

/** What a layer holds, by path, parents first. `whiteout` takes the name away, `opaque` what lies below. */
export type NaiveLayer = readonly {
  path: string;
  kind: NaiveNode['kind'] | 'whiteout' | 'opaque';
  mode: number;
  text: string;
}[];

export function newNode(kind: NaiveNode['kind'], mode: number, text = ''): NaiveNode {
  return { kind, mode, uid: 0, text, isLower: false, entries: new Map() };
}

/** Gives itself out for the node, owner and all; one for all names that are made. */
export function strangerOf(node: NaiveNode): NaiveNode {
  if (node.original) return node;
  const uid = { get: () => node.uid, set: (to: number) => (node.uid = to) };
  node.stranger ??= Object.create(node, { uid, original: { value: node } }) as NaiveNode;
  return node.stranger;
}
