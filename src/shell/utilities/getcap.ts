import { isDirectory, isRegular } from '../../vfs/overlay/fileMode.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { decodeFileCapabilities, encodeFileCapabilities } from '../kernel/capabilities.ts';
import { getXattr, listXattrs, lstatIfThere, readdir, removeXattr, setXattr } from '../kernel/calls.ts';
import type { Process } from '../kernel/process.ts';
import { type CapabilityState, fileCapabilitiesOf, fileCapabilityText, parseCapabilities } from './capabilityText.ts';
import { causeOf } from './failure.ts';
import { UsageError } from './options.ts';
import { joinPath } from './paths.ts';
import { utility } from './utility.ts';
import { CAPABILITY_XATTR } from '../../vfs/capability.ts';

/** As deep as directories are gone through. */
const MOST_DEPTH = 256;

function capabilitiesAt(process: Process, path: string) {
  return listXattrs(process, path).includes(CAPABILITY_XATTR)
    ? decodeFileCapabilities(getXattr(process, path, CAPABILITY_XATTR))
    : undefined;
}

/** getcap(8) of libcap 2.66. */
export const getcap = utility(
  {
    options: { recursive: '-r', verbose: '-v' },
    notSimulated: '-n',
    usage: '[-h] [-l] [-n] [-r] [-v] <filename> [<filename> ...]',
  },
  async (process, options) => {
    if (options.operands.length === 0) throw new UsageError('operand', 'missing operand');
    const show = async (path: string, depth: number): Promise<void> => {
      if (process.isDue) await process.pause();
      const found = lstatIfThere(process, path);
      if (!found) {
        if (depth === 0) await process.write(2, `${path} (No such file or directory)\n`);
        return;
      }
      if (isDirectory(found.mode) && options.has('recursive')) {
        if (depth >= MOST_DEPTH) return;
        for (const name of namesOf(process, path)) await show(joinPath(path, name), depth + 1);
        return;
      }
      if (!isRegular(found.mode)) return;
      const held = capabilitiesAt(process, path);
      if (held) await process.print(`${path} ${fileCapabilityText(held)}\n`);
      else if (options.has('verbose')) await process.print(`${path}\n`);
    };
    for (const path of options.operands) await show(path, 0);
    return 0;
  },
);

function namesOf(process: Process, path: string): readonly string[] {
  try {
    return readdir(process, path)
      .map(({ name }) => name)
      .sort();
  } catch (error) {
    causeOf(error);
    return [];
  }
}

const USAGE = `usage: setcap [-h] [-q] [-v] [-n <rootid>] (-r|-|<caps>) <filename> [ ... (-r|-|<capsN>) <filenameN> ]

 Note <filename> must be a regular (non-symlink) file.
 -r          remove capability from file
 -           read capability text from stdin
 <capsN>     cap_from_text(3) formatted file capability
 [ Note: capsh --suggest="something..." might help you pick. ]
 -h          this message and exit status 0
 -q          quietly
 -v          validate supplied capability matches file
 -n <rootid> write a user namespace (!= 0) limited capability
 --license   display the license info
`;

/** setcap(8) of libcap 2.66: pairs of capabilities and a file. */
export const setcap = async (process: Process): Promise<number> => {
  const words = process.argv.slice(1);
  let isQuiet = false;
  let verifies = false;
  const fail = async (text: string): Promise<number> => {
    await process.write(2, text);
    return 1;
  };
  while (words[0] === '-q' || words[0] === '-v') {
    if (words.shift() === '-q') isQuiet = true;
    else verifies = true;
  }
  if (words[0] === '-h') {
    await process.print(USAGE);
    return 0;
  }
  if (words.length < 2 || words.length % 2 !== 0) return fail(USAGE);
  for (let i = 0; i < words.length; i += 2) {
    const text = words[i] as string;
    const path = words[i + 1] as string;
    const wanted = text === '-r' ? 'none' : parseCapabilities(text);
    if (!wanted) return fail(`fatal error: Invalid argument\n${USAGE}`);
    const status = verifies ? await verify(process, wanted, path, isQuiet) : await setOne(process, wanted, path, fail);
    if (status !== 0) return status;
  }
  return 0;
};

async function verify(
  process: Process,
  wanted: CapabilityState | 'none',
  path: string,
  isQuiet: boolean,
): Promise<number> {
  const held = capabilitiesAt(process, path);
  const asked = wanted === 'none' ? undefined : fileCapabilitiesOf(wanted);
  const isSame = (held ? fileCapabilityText(held) : '') === (asked ? fileCapabilityText(asked) : '');
  if (!isQuiet) await process.print(isSame ? `${path}: OK\n` : `${path} differs in [${held ? 'p' : 'ie'}]\n`);
  return isSame ? 0 : 1;
}

async function setOne(
  process: Process,
  wanted: CapabilityState | 'none',
  path: string,
  fail: (text: string) => Promise<number>,
): Promise<number> {
  if (!process.can('SETFCAP')) return fail('unable to set CAP_SETFCAP effective capability: Operation not permitted\n');
  const failed = (why: string) => fail(`Failed to set capabilities on file '${path}': ${why}\n`);
  try {
    const found = lstatIfThere(process, path);
    if (!found) return await failed('No such file or directory');
    if (wanted === 'none') {
      if (!capabilitiesAt(process, path)) return await fail(`File '${path}' has no capablity to remove\n`);
      removeXattr(process, path, CAPABILITY_XATTR);
      return 0;
    }
    if (!isRegular(found.mode)) return await failed('Invalid argument');
    const held = fileCapabilitiesOf(wanted);
    if (!held) return await failed('Invalid argument');
    setXattr(process, path, CAPABILITY_XATTR, encodeFileCapabilities(held));
    return 0;
  } catch (error) {
    if (!(error instanceof VfsError)) throw error;
    return failed(causeOf(error));
  }
}
