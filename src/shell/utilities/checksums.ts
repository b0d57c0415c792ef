import { decodeName } from '../../bytes/byteName.ts';
import type { DigestName } from '../../codec/digests.ts';
import type { Process } from '../kernel/process.ts';
import type { Program } from '../kernel/program.ts';
import { digestOf } from './digestInput.ts';
import { UsageError, type ParsedOptions } from './options.ts';
import { quotedIfNeeded } from './quote.ts';
import { readWhole } from './readWhole.ts';
import { eachInput, InputError, openInput } from './textInput.ts';
import { utility } from './utility.ts';

const OPTIONS = {
  binary: '-b --binary',
  check: '-c --check',
  tag: '--tag',
  text: '-t --text',
  zero: '-z --zero',
  ignoreMissing: '--ignore-missing',
  quiet: '--quiet',
  status: '-s --status',
  strict: '--strict',
  warn: '-w --warn',
} as const;

type Options = ParsedOptions<keyof typeof OPTIONS>;

interface Sum {
  readonly digest: DigestName;
  /** As BSD's form and messages call it. */
  readonly tag: string;
  readonly hexLength: number;
}

/** md5sum and its kin. */
function checksumOf(sum: Sum): Program {
  return utility({ usage: '[OPTION]... [FILE]...', options: OPTIONS }, async (process, options) => {
    if (options.has('check')) return check(process, options, sum);
    for (const [name, words] of [
      ['quiet', '--quiet'],
      ['status', '--status'],
      ['warn', '--warn'],
      ['strict', '--strict'],
      ['ignoreMissing', '--ignore-missing'],
    ] as const) {
      if (options.has(name))
        throw new UsageError('operand', `the ${words} option is meaningful only when verifying checksums`);
    }
    const operands = options.operands.length > 0 ? options.operands : ['-'];
    return eachInput(
      process,
      operands,
      async (input) => process.print(line(await digestOf(process, input, sum.digest), input.operand, options, sum)),
      {
        words: ({ operand, words }) =>
          process.flavour === 'busybox' ? `can't open '${operand}': ${words}` : `${quotedIfNeeded(operand)}: ${words}`,
      },
    );
  });
}

export const md5sum = checksumOf({ digest: 'md5', tag: 'MD5', hexLength: 32 });
export const sha1sum = checksumOf({ digest: 'sha1', tag: 'SHA1', hexLength: 40 });
export const sha224sum = checksumOf({ digest: 'sha224', tag: 'SHA224', hexLength: 56 });
export const sha256sum = checksumOf({ digest: 'sha256', tag: 'SHA256', hexLength: 64 });
export const sha384sum = checksumOf({ digest: 'sha384', tag: 'SHA384', hexLength: 96 });
export const sha512sum = checksumOf({ digest: 'sha512', tag: 'SHA512', hexLength: 128 });
export const b2sum = checksumOf({ digest: 'blake2b', tag: 'BLAKE2b', hexLength: 128 });

function line(hex: string, operand: string, options: Options, { tag }: Sum): string {
  const end = options.has('zero') ? '\0' : '\n';
  const isEscaped = !options.has('zero') && /[\n\\\r]/.test(operand);
  const name = isEscaped ? operand.replace(/\\/g, '\\\\').replace(/\n/g, '\\n').replace(/\r/g, '\\r') : operand;
  const mark = isEscaped ? '\\' : '';
  if (options.has('tag')) return `${mark}${tag} (${name}) = ${hex}${end}`;
  return `${mark}${hex} ${options.last('binary', 'text') === 'binary' ? '*' : ' '}${name}${end}`;
}

/** Counts of what a check found. */
interface Findings {
  malformed: number;
  wrong: number;
  unreadable: number;
  right: number;
}

async function check(process: Process, options: Options, sum: Sum): Promise<number> {
  let failed = false;
  const status = await eachInput(process, options.operands.length > 0 ? options.operands : ['-'], async (input) => {
    const name = input.operand === '-' ? 'standard input' : input.operand;
    const findings: Findings = { malformed: 0, wrong: 0, unreadable: 0, right: 0 };
    const lines = decodeName(await readWhole(process, input)).split('\n');
    if (lines.at(-1) === '') lines.pop();
    for (const [i, text] of lines.entries()) {
      const entry = parseLine(text, sum);
      if (!entry) {
        findings.malformed++;
        if (options.has('warn'))
          await process.complain(`${name}: ${i + 1}: improperly formatted ${sum.tag} checksum line`);
        continue;
      }
      await checkEntry(process, options, sum, entry, findings);
    }
    failed = (await summary(process, options, sum, name, findings, lines.length)) || failed;
  });
  return status || (failed ? 1 : 0);
}

async function checkEntry(
  process: Process,
  options: Options,
  sum: Sum,
  entry: { readonly hex: string; readonly path: string },
  findings: Findings,
): Promise<void> {
  const shown = quotedIfNeeded(entry.path);
  const tell = (words: string) => (options.has('status') ? undefined : process.print(`${shown}: ${words}\n`));
  try {
    const input = await openInput(process, entry.path);
    const hex = await digestOf(process, input, sum.digest);
    input.close();
    if (hex === entry.hex.toLowerCase()) {
      findings.right++;
      if (!options.has('quiet')) await tell('OK');
    } else {
      findings.wrong++;
      await tell('FAILED');
    }
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    if (options.has('ignoreMissing') && error.words === 'No such file or directory') return;
    findings.unreadable++;
    await process.complain(`${shown}: ${error.words}`);
    await tell('FAILED open or read');
  }
}

/** Gives whether the check failed. */
async function summary(
  process: Process,
  options: Options,
  sum: Sum,
  name: string,
  { malformed, wrong, unreadable, right }: Findings,
  lineCount: number,
): Promise<boolean> {
  const checked = right + wrong + unreadable;
  if (checked === 0 && !(options.has('ignoreMissing') && malformed < lineCount)) {
    await process.complain(
      process.flavour === 'busybox'
        ? `no ${sum.tag} checksum lines found`
        : `${quotedIfNeeded(name)}: no properly formatted checksum lines found`,
    );
    return true;
  }
  if (!options.has('status')) {
    const were = (count: number, one: string, many: string) =>
      count === 1 ? `WARNING: ${count} ${one}` : `WARNING: ${count} ${many}`;
    if (process.flavour === 'busybox') {
      if (wrong > 0) await process.complain(`WARNING: ${wrong} of ${checked} computed checksums did NOT match`);
    } else {
      if (malformed > 0)
        await process.complain(were(malformed, 'line is improperly formatted', 'lines are improperly formatted'));
      if (unreadable > 0)
        await process.complain(were(unreadable, 'listed file could not be read', 'listed files could not be read'));
      if (wrong > 0)
        await process.complain(were(wrong, 'computed checksum did NOT match', 'computed checksums did NOT match'));
    }
  }
  if (options.has('ignoreMissing') && right + wrong === 0 && unreadable === 0) {
    await process.complain(`${quotedIfNeeded(name)}: no file was verified`);
    return true;
  }
  return wrong > 0 || unreadable > 0 || (options.has('strict') && malformed > 0);
}

function parseLine(text: string, { tag, hexLength }: Sum): { hex: string; path: string } | undefined {
  const bare = text.replace(/^\\/, '').replace(/\r$/, '');
  const isEscaped = text.startsWith('\\');
  const bsd = /^(\S+) \((.*)\) = ([0-9a-fA-F]+)$/s.exec(bare);
  const plain = /^([0-9a-fA-F]+) [ *]?(.+)$/s.exec(bare);
  const hex = bsd ? (bsd[1] === tag ? bsd[3] : undefined) : plain?.[1];
  const path = bsd ? bsd[2] : plain?.[2];
  if (hex?.length !== hexLength || !path) return undefined;
  return { hex, path: isEscaped ? path.replace(/\\n/g, '\n').replace(/\\r/g, '\r').replace(/\\\\/g, '\\') : path };
}
