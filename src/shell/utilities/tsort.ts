import { decodeName } from '../../bytes/byteName.ts';
import type { Program } from '../kernel/program.ts';
import { UsageError } from './options.ts';
import { quoted } from './quote.ts';
import { readWhole } from './readWhole.ts';
import { eachInput } from './textInput.ts';
import { utility } from './utility.ts';

/** tsort(1): an order that keeps all of the pairs. */
export const tsort: Program = utility({ usage: '[OPTION] [FILE]', options: {} }, async (process, options) => {
  const [operand = '-', extra] = options.operands;
  if (extra !== undefined) throw new UsageError('operand', `extra operand ${quoted(extra)}`);
  let failed = false;
  const status = await eachInput(process, [operand], async (input) => {
    const words = decodeName(await readWhole(process, input))
      .split(/\s+/)
      .filter((word) => word !== '');
    if (words.length % 2 !== 0) {
      await process.complain(`${operand}: input contains an odd number of tokens`);
      failed = true;
      return;
    }
    const followers = new Map<string, string[]>();
    const before = new Map<string, number>();
    for (const word of [...new Set(words)].sort()) {
      followers.set(word, []);
      before.set(word, 0);
    }
    for (let i = 0; i < words.length; i += 2) {
      const [a, b] = [words[i] as string, words[i + 1] as string];
      if (a === b) continue;
      (followers.get(a) as string[]).unshift(b);
      before.set(b, (before.get(b) as number) + 1);
    }
    let ready = [...before].filter(([, count]) => count === 0).map(([word]) => word);
    const waiting = new Set(before.keys());
    let out = '';
    while (waiting.size > 0) {
      const next: string[] = [];
      if (ready.length === 0) {
        // A loop: told, and broken where it was found.
        const loop = findLoop([...waiting][0] as string, followers, waiting);
        await process.print(out);
        out = '';
        await process.complain(`${operand}: input contains a loop:`);
        for (const word of loop) await process.complain(word);
        failed = true;
        ready = [loop[0] as string];
      }
      for (const word of ready) {
        if (!waiting.delete(word)) continue;
        out += `${word}\n`;
        for (const follower of followers.get(word) as string[]) {
          const left = (before.get(follower) as number) - 1;
          before.set(follower, left);
          if (left === 0) next.push(follower);
        }
      }
      ready = next;
      if (process.isDue) await process.pause();
    }
    await process.print(out);
  });
  return status || (failed ? 1 : 0);
});

function findLoop(
  start: string,
  followers: ReadonlyMap<string, readonly string[]>,
  waiting: ReadonlySet<string>,
): string[] {
  // Every word that waits has one before it that waits, too: going back leads into a loop.
  const precedes = new Map<string, string>();
  for (const word of waiting)
    for (const follower of followers.get(word) ?? []) if (waiting.has(follower)) precedes.set(follower, word);
  const path: string[] = [];
  let word = start;
  while (!path.includes(word)) {
    path.push(word);
    word = precedes.get(word) ?? word;
  }
  return path.slice(path.indexOf(word)).reverse();
}
