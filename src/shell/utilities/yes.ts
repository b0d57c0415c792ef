import { encodeName } from '../../bytes/byteName.ts';
import type { Program } from '../kernel/program.ts';
import { utility } from './utility.ts';

const BUFFER_BYTES = 8192;

/** yes(1): until nobody reads any more. */
export const yes: Program = utility({ usage: '[STRING]...', options: {}, permute: false }, async (process, options) => {
  const line = encodeName(`${options.operands.length > 0 ? options.operands.join(' ') : 'y'}\n`);
  const count = Math.max(1, Math.floor(BUFFER_BYTES / line.length));
  const buffer = new Uint8Array(line.length * count);
  for (let i = 0; i < count; i++) buffer.set(line, i * line.length);
  for (;;) {
    await process.print(buffer);
    if (process.isDue) await process.pause();
  }
});
