import { O_APPEND, O_CREAT, O_TRUNC, O_WRONLY } from '../../vfs/overlay/openFlags.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { open } from '../kernel/calls.ts';
import type { OpenFile } from '../kernel/openFile.ts';
import type { Program } from '../kernel/program.ts';
import { SIGNALS } from '../kernel/signals.ts';
import { causeOf, isErrno } from './failure.ts';
import { quotedIfNeeded } from './quote.ts';
import { utility } from './utility.ts';

/** tee(1). */
export const tee: Program = utility(
  {
    usage: '[OPTION]... [FILE]...',
    options: { append: '-a --append', ignore: '-i --ignore-interrupts', pipes: '-p' },
    notSimulated: '--output-error[=MODE]',
  },
  async (process, options) => {
    if (options.has('ignore')) process.onSignal(SIGNALS.INT, 'ignore');
    if (options.has('pipes')) process.onSignal(SIGNALS.PIPE, 'ignore');
    let isRead = true;
    let status = 0;
    const files: { readonly file: OpenFile; readonly path: string }[] = [];
    try {
      for (const path of options.operands) {
        try {
          const how = options.has('append') ? O_APPEND : O_TRUNC;
          files.push({ path, file: await open(process, path, O_WRONLY | O_CREAT | how) });
        } catch (error) {
          if (!(error instanceof VfsError)) throw error;
          await process.complain(`${quotedIfNeeded(path)}: ${causeOf(error)}`);
          status = 1;
        }
      }
      for (;;) {
        const chunk = (await process.read(0)).slice();
        if (chunk.length === 0) return status;
        try {
          if (isRead) await process.print(chunk);
        } catch (error) {
          if (!options.has('pipes') || !isErrno(error, 'EPIPE')) throw error;
          isRead = false;
          if (files.length === 0) return status;
        }
        for (const one of [...files]) {
          try {
            process.requireSize(one.file, chunk);
            await one.file.write(chunk);
          } catch (error) {
            if (!isErrno(error, 'ENOSPC', 'EFBIG')) throw error;
            await process.complain(`${quotedIfNeeded(one.path)}: ${causeOf(error)}`);
            status = 1;
            one.file.close();
            files.splice(files.indexOf(one), 1);
          }
        }
        if (process.isDue) await process.pause();
      }
    } finally {
      for (const { file } of files) file.close();
    }
  },
);
