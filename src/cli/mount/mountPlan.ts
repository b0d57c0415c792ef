import type { ParsedArguments } from '../arguments.ts';
import { CliError } from '../cliError.ts';
import { fileOperand } from '../view.ts';

/** What a command line asks for. */
export interface MountPlan {
  readonly file: string;
  readonly folder: string;
  readonly access: 'readOnly' | 'readWrite';
  /** For mount(8). */
  readonly kernelOptions: readonly string[];
  /** For the overlay: `redirect_dir=on`. */
  readonly overlayOptions: string;
  /** What changed files may hold; undefined: what memory allows. */
  readonly limitBytes: number | undefined;
  /** Where the new image goes. */
  readonly save: string | undefined;
  /** Its tags; undefined: those of the image. */
  readonly tags: readonly string[] | undefined;
  /** A layer's tar in which the changes stay from mount to mount. */
  readonly keep: string | undefined;
  readonly existing: 'refuse' | 'replace';
}

/** As tmpfs(5) has it, without per cents. */
const SIZE = /^size=([1-9]\d{0,14})([kmg]?)$/i;
const UNIT_BYTES: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };
const KERNEL_OPTIONS = ['nosuid', 'nodev', 'noexec', 'noatime'];
const OVERLAY_OPTIONS = [
  'redirect_dir=on',
  'redirect_dir=off',
  'redirect_dir=follow',
  'redirect_dir=nofollow',
  'index=on',
  'index=off',
];
export const KNOWN_OPTIONS = [
  ...KERNEL_OPTIONS,
  'redirect_dir=on|off|follow|nofollow',
  'index=on|off',
  'size=BYTES[k|m|g]',
].join(', ');

/** Throws CliError `usage` for what is missing, unknown or contradicts itself. */
export function planMount(args: ParsedArguments): MountPlan {
  const { file, rest } = fileOperand(args);
  const [folder, ...more] = rest;
  if (folder === undefined) throw new CliError('usage', 'DIR is missing: the folder to mount on');
  if (more.length > 0) throw new CliError('usage', `FILE and DIR are enough; what is “${more[0]}”?`);
  const words = (args.value('options') ?? '').split(',').filter((word) => word !== '');
  const unknown = words.find(
    (word) => !KERNEL_OPTIONS.includes(word) && !OVERLAY_OPTIONS.includes(word) && !SIZE.test(word),
  );
  if (unknown !== undefined) throw new CliError('usage', `--options knows ${KNOWN_OPTIONS}; not “${unknown}”`);
  requireConsistent(args, words);
  const tags = args.list('tag');
  return {
    file,
    folder,
    access: args.has('ro') ? 'readOnly' : 'readWrite',
    kernelOptions: words.filter((word) => KERNEL_OPTIONS.includes(word)),
    overlayOptions: words.filter((word) => OVERLAY_OPTIONS.includes(word)).join(','),
    limitBytes: limitOf(words),
    save: args.value('save'),
    tags: tags.length > 0 ? tags : undefined,
    keep: args.value('keep'),
    existing: args.has('force') ? 'replace' : 'refuse',
  };
}

/** The last one counts. */
function limitOf(words: readonly string[]): number | undefined {
  const [, digits, unit] = words.map((word) => SIZE.exec(word)).findLast((match) => match !== null) ?? [];
  return digits === undefined ? undefined : Number(digits) * (UNIT_BYTES[(unit ?? '').toLowerCase()] as number);
}

function requireConsistent(args: ParsedArguments, words: readonly string[]): void {
  const refuse = (condition: boolean, message: string) => {
    if (condition) throw new CliError('usage', message);
  };
  const overlayWord = words.find((word) => OVERLAY_OPTIONS.includes(word) || SIZE.test(word));
  refuse(args.has('ro') && overlayWord !== undefined, `${overlayWord} is for mounts that can be written`);
  for (const name of ['save', 'keep']) refuse(args.has('ro') && args.has(name), `--ro leaves nothing to --${name}`);
  refuse(args.has('tag') && !args.has('save'), '--tag names the image that --save writes');
  refuse(args.has('force') && !args.has('save'), '--force replaces the file that --save writes');
  refuse(args.has('save') && args.has('up-to'), '--save adds to the whole image, --up-to shows a part of it');
  refuse(args.value('save') === '-', '--save takes a file: standard output tells what is mounted');
  refuse(args.has('keep') && words.includes('index=on'), 'the index of index=on is not kept: leave --keep or index=on');
}
