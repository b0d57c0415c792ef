import type { LayerUnion } from './layerUnion.ts';

interface Step {
  readonly node: number;
  /** The directory's content, not its own name. */
  readonly isContent: boolean;
}

/** All nodes of a union but the root, in the order of their paths' bytes: `a`, `a-b`, `a/c`. Depth costs memory,
 *  not stack. */
export function* nodesInPathOrder(union: LayerUnion, from = 0): Generator<number> {
  const waiting: Step[] = [{ node: from, isContent: true }];
  for (let step = waiting.pop(); step !== undefined; step = waiting.pop()) {
    if (!step.isContent) yield step.node;
    else {
      const steps = directorySteps(union, step.node);
      for (let i = steps.length - 1; i >= 0; i--) waiting.push(steps[i] as Step);
    }
  }
}

/** A directory's children are sorted by name; what lies in a child directory comes where `NAME/` belongs, after
 *  siblings such as `NAME-x` and all that lies in those. */
function directorySteps(union: LayerUnion, directory: number): Step[] {
  const steps: Step[] = [];
  const open: number[] = [];
  const first = union.firstChild(directory);
  const end = first + union.childCount(directory);
  for (let node = first; node < end; node++) {
    const name = union.nameBytes(node);
    closeBefore(union, open, name, steps);
    steps.push({ node, isContent: false });
    if (union.isDirectory(node)) open.push(node);
  }
  for (let node = open.pop(); node !== undefined; node = open.pop()) steps.push({ node, isContent: true });
  return steps;
}

function closeBefore(union: LayerUnion, open: number[], name: Uint8Array, steps: Step[]): void {
  for (let node = open.at(-1); node !== undefined; node = open.at(-1)) {
    if (!contentComesBefore(union.nameBytes(node), name)) return;
    steps.push({ node, isContent: true });
    open.pop();
  }
}

/** Whether `directory/` sorts before `name`, which is greater than `directory`. */
function contentComesBefore(directory: Uint8Array, name: Uint8Array): boolean {
  for (let i = 0; i < directory.length; i++) if (name[i] !== directory[i]) return true;
  return (name[directory.length] as number) > 0x2f;
}
