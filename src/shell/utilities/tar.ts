import { UsageError } from './options.ts';
import { createArchive } from './tarCreate.ts';
import { TarFailure } from './tarFailure.ts';
import { readArchive } from './tarExtract.ts';
import { rewriteOldForm, TAR_NOT_SIMULATED, TAR_OPTIONS, tarSetup } from './tarOptions.ts';
import { Report } from './report.ts';
import { utility } from './utility.ts';

const FAILURE_STATUS = 2;
/** Of command lines that getopt refuses (sysexits.h). */
const EX_USAGE = 64;

export const tar = utility(
  {
    options: TAR_OPTIONS,
    notSimulated: TAR_NOT_SIMULATED,
    usage: '[OPTION...] [FILE]...',
    usageStatus: FAILURE_STATUS,
    optionStatus: EX_USAGE,
    version: '(GNU tar) 1.34',
    rewrite: rewriteOldForm,
    helpHint: "Try 'tar --help' or 'tar --usage' for more information.",
  },
  async (process, options) => {
    const setup = await tarSetup(process, options);
    if (setup.operation === 'concatenate') throw new UsageError('notSimulated', "option '-A' is not simulated");
    const report = new Report(process);
    try {
      if (setup.operation === 'list' || setup.operation === 'extract') await readArchive(process, setup, report);
      else await createArchive(process, setup, report);
    } catch (error) {
      if (!(error instanceof TarFailure)) throw error;
      if (error.message !== '') await process.complain(error.message);
      if (process.flavour === 'busybox') return 1;
      if (!error.isTold) await process.complain('Error is not recoverable: exiting now');
      return FAILURE_STATUS;
    }
    if (report.status === 0) return 0;
    if (process.flavour === 'busybox') {
      await process.complain('error exit delayed from previous errors');
      return 1;
    }
    if (report.status >= FAILURE_STATUS) await process.complain('Exiting with failure status due to previous errors');
    return report.status;
  },
);
