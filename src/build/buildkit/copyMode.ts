import { changedMode, type ModeChange, parseModeChange } from '../../shell/utilities/modeChange.ts';
import { S_IFDIR, S_IFREG } from '../../vfs/overlay/fileMode.ts';
import { BuildError } from '../buildError.ts';
import type { SourceFile } from '../classic/contextFiles.ts';
import type { BuildkitVintage } from './buildkitOptions.ts';

/** `--chmod`: bits for all, or a change of each file's own. */
export type CopyMode =
  | {
      readonly kind: 'bits';
      readonly bits: number;
      /** What directories get that are made on the way. */
      readonly folderBits: number;
    }
  | { readonly kind: 'change'; readonly change: ModeChange };

const DEFAULT_FOLDER_MODE = 0o755;
const MAX_BITS = 0o7777;

/** Undefined for '', and for what 0.8 could not read as octal. Throws BuildError in BuildKit's words. */
export function readCopyMode(chmod: string, vintage: BuildkitVintage): CopyMode | undefined {
  if (chmod === '') return undefined;
  if (/^\+?[0-7]{1,10}$/.test(chmod) && Number.parseInt(chmod, 8) <= MAX_BITS) {
    const bits = Number.parseInt(chmod, 8);
    return { kind: 'bits', bits, folderBits: vintage === '0.8' ? DEFAULT_FOLDER_MODE : bits & 0o777 };
  }
  if (vintage === '0.8') return undefined;
  const change = /^[-+=\d]/.test(chmod) && /\d/.test(chmod) ? undefined : parseModeChange(chmod);
  if (change) return { kind: 'change', change };
  throw new BuildError(
    'instruction',
    `invalid chmod parameter: '${chmod}'. it should be octal string and between 0 and 07777`,
  );
}

/** What directories get that are made on the way. */
export function folderMode(mode: CopyMode | undefined): number {
  return mode?.kind === 'bits' ? mode.folderBits : DEFAULT_FOLDER_MODE;
}

export function modeOfCopy(mode: CopyMode | undefined, file: SourceFile): number {
  if (!mode) return file.mode;
  if (mode.kind === 'bits') return mode.bits;
  const type = file.kind === 'directory' ? S_IFDIR : S_IFREG;
  return changedMode(mode.change, type | file.mode, 0) & MAX_BITS;
}
