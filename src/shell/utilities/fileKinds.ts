import { decodeName } from '../../bytes/byteName.ts';
import { strftime, localTime } from './strftime.ts';
import { UTC } from './timeZone.ts';

/** What a file's kind is told from: its first bytes, and what stat(2) says. */
export interface ContentFacts {
  readonly head: Uint8Array;
  readonly mode: number;
  readonly sizeBytes: number;
}

interface Kind {
  readonly words: string;
  readonly type: string;
  readonly charset: string;
}

/** As file(1) describes it. */
export function describeContent(facts: ContentFacts): string {
  return kindOf(facts).words;
}

export function mimeOf(facts: ContentFacts): { readonly type: string; readonly charset: string } {
  return kindOf(facts);
}

function kindOf(facts: ContentFacts): Kind {
  if (facts.sizeBytes === 0) return { words: 'empty', type: 'inode/x-empty', charset: 'binary' };
  for (const test of TESTS) {
    const kind = test(facts);
    if (kind) return kind;
  }
  return textKind(facts.head) ?? { words: 'data', type: 'application/octet-stream', charset: 'binary' };
}

type Test = (facts: ContentFacts) => Kind | undefined;

function binary(words: string, type: string): Kind {
  return { words, type, charset: 'binary' };
}

function startsWith(head: Uint8Array, bytes: readonly number[], at = 0): boolean {
  return head.length >= at + bytes.length && bytes.every((byte, i) => head[at + i] === byte);
}

function magic(bytes: readonly number[], words: string, type: string, at = 0): Test {
  return ({ head }) => (startsWith(head, bytes, at) ? binary(words, type) : undefined);
}

function ascii(text: string): number[] {
  return [...text].map((character) => character.charCodeAt(0));
}

const TESTS: readonly Test[] = [
  gzipKind,
  bzip2Kind,
  magic([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], 'XZ compressed data, checksum CRC64', 'application/x-xz'),
  magic([0x28, 0xb5, 0x2f, 0xfd], 'Zstandard compressed data (v0.8+), Dictionary ID: None', 'application/zstd'),
  zipKind,
  tarKind,
  elfKind,
  magic([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], 'PNG image data', 'image/png'),
  magic([0xff, 0xd8, 0xff], 'JPEG image data', 'image/jpeg'),
  magic(ascii('GIF8'), 'GIF image data', 'image/gif'),
  magic(ascii('%PDF-'), 'PDF document', 'application/pdf'),
  magic(ascii('SQLite format 3\0'), 'SQLite 3.x database', 'application/vnd.sqlite3'),
  magic(ascii('!<arch>\ndebian'), 'Debian binary package (format 2.0)', 'application/vnd.debian.binary-package'),
  magic(ascii('!<arch>\n'), 'current ar archive', 'application/x-archive'),
  magic(ascii('070701'), 'ASCII cpio archive (SVR4 with no CRC)', 'application/x-cpio'),
  scriptKind,
  jsonKind,
  markupKind,
];

function gzipKind({ head, sizeBytes }: ContentFacts): Kind | undefined {
  if (!startsWith(head, [0x1f, 0x8b, 8])) return undefined;
  const flags = head[3] ?? 0;
  let words = 'gzip compressed data';
  if (flags & 8) {
    const end = head.indexOf(0, 10);
    words += `, was "${decodeName(head.subarray(10, end < 0 ? 64 : end))}"`;
  }
  const time = new DataView(head.buffer, head.byteOffset).getUint32(4, true);
  if (time > 0) words += `, last modified: ${strftime('%a %b %e %H:%M:%S %Y', localTime({ sec: time, nsec: 0 }, UTC))}`;
  if (head[8] === 2) words += ', max compression';
  if (head[8] === 4) words += ', max speed';
  const systems: Record<number, string> = { 0: ', from FAT filesystem (MS-DOS, OS/2, NT)', 3: ', from Unix' };
  words += systems[head[9] ?? 255] ?? '';
  if (sizeBytes <= head.length && head.length >= 18) {
    const size = new DataView(head.buffer, head.byteOffset).getUint32(head.length - 4, true);
    words += `, original size modulo 2^32 ${size}`;
  }
  return binary(words, 'application/gzip');
}

function bzip2Kind({ head }: ContentFacts): Kind | undefined {
  const level = String.fromCharCode(head[3] ?? 0);
  if (!startsWith(head, ascii('BZh')) || !/[1-9]/.test(level)) return undefined;
  return binary(`bzip2 compressed data, block size = ${level}00k`, 'application/x-bzip2');
}

function zipKind({ head }: ContentFacts): Kind | undefined {
  if (startsWith(head, [0x50, 0x4b, 5, 6])) return binary('Zip archive data (empty)', 'application/zip');
  if (!startsWith(head, [0x50, 0x4b, 3, 4])) return undefined;
  const version = (head[4] ?? 0) / 10;
  const method = head[8] === 0 ? 'store' : 'deflate';
  return binary(
    `Zip archive data, at least v${version.toFixed(1)} to extract, compression method=${method}`,
    'application/zip',
  );
}

function tarKind({ head }: ContentFacts): Kind | undefined {
  if (startsWith(head, ascii('ustar\0'), 257)) return binary('POSIX tar archive', 'application/x-tar');
  if (startsWith(head, ascii('ustar  \0'), 257)) return binary('POSIX tar archive (GNU)', 'application/x-tar');
  if (head.length < 512) return undefined;
  // v7 has no magic: its checksum is one.
  const stored = /^ *([0-7]+)[\0 ]/.exec(String.fromCharCode(...head.subarray(148, 156)))?.[1];
  if (stored === undefined) return undefined;
  let sum = 0;
  for (let i = 0; i < 512; i++) sum += i >= 148 && i < 156 ? 32 : (head[i] as number);
  return Number.parseInt(stored, 8) === sum ? binary('tar archive', 'application/x-tar') : undefined;
}

const MACHINES: Readonly<Record<number, string>> = {
  3: 'Intel 80386',
  40: 'ARM, EABI5',
  62: 'x86-64',
  183: 'ARM aarch64',
  243: 'UCB RISC-V',
};

/** Bits of the header alone; what lies in sections of a stand-in is not looked for. */
function elfKind({ head }: ContentFacts): Kind | undefined {
  if (!startsWith(head, [0x7f, 0x45, 0x4c, 0x46]) || head.length < 20) return undefined;
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const isLittle = head[5] === 1;
  const kinds: Record<number, readonly [string, string]> = {
    1: ['relocatable', 'application/x-object'],
    2: ['executable', 'application/x-executable'],
    3: ['pie executable', 'application/x-pie-executable'],
    4: ['core file', 'application/x-coredump'],
  };
  const [kind, type] = kinds[view.getUint16(16, isLittle)] ?? ['unknown type', 'application/octet-stream'];
  const bits = head[4] === 2 ? '64-bit' : '32-bit';
  const machine = MACHINES[view.getUint16(18, isLittle)] ?? 'unknown arch';
  return binary(
    `ELF ${bits} ${isLittle ? 'LSB' : 'MSB'} ${kind}, ${machine}, version 1 (${head[7] === 3 ? 'GNU/Linux' : 'SYSV'})`,
    type,
  );
}

const INTERPRETERS: readonly (readonly [RegExp, string, string])[] = [
  [/\/(?:ba)sh$/, 'Bourne-Again shell script', 'text/x-shellscript'],
  [/\/(?:sh|dash|ash)$/, 'POSIX shell script', 'text/x-shellscript'],
  [/python3?(\.\d+)?$/, 'Python script', 'text/x-script.python'],
  [/perl$/, 'Perl script', 'text/x-perl'],
  [/ruby$/, 'Ruby script', 'text/x-ruby'],
  [/node$/, 'Node.js script executable', 'application/javascript'],
  [/awk$/, 'awk script', 'text/x-awk'],
];

function scriptKind({ head }: ContentFacts): Kind | undefined {
  if (!startsWith(head, [0x23, 0x21])) return undefined;
  const text = textKind(head);
  const line = decodeName(head.subarray(2, Math.max(2, head.indexOf(10)))).trim();
  const [first = '', second = ''] = line.split(/\s+/);
  const program = /\/env$/.test(first) ? second : first;
  const known = INTERPRETERS.find(([pattern]) => pattern.test(program.includes('/') ? program : `/${program}`));
  const name = known?.[1] ?? `a ${line} script`;
  return {
    words:
      `${name}, ${text?.words ?? 'data'}${/node script|text$/.test(text?.words ?? '') ? ' executable' : ''}`.replace(
        /text executable(.*)/,
        'text executable$1',
      ),
    type: known?.[2] ?? 'text/plain',
    charset: text?.charset ?? 'binary',
  };
}

function jsonKind({ head, sizeBytes }: ContentFacts): Kind | undefined {
  if (sizeBytes > head.length || !/^\s*[[{]/.test(decodeName(head.subarray(0, 64)))) return undefined;
  try {
    JSON.parse(decodeName(head));
  } catch {
    return undefined;
  }
  return { words: 'JSON text data', type: 'application/json', charset: textKind(head)?.charset ?? 'us-ascii' };
}

function markupKind({ head }: ContentFacts): Kind | undefined {
  const start = decodeName(head.subarray(0, 512));
  const text = textKind(head);
  if (!text) return undefined;
  const rest = text.words.replace(/^\S+ text/, (words) => words);
  if (/^\s*<\?xml/.test(start)) return { ...text, words: `XML 1.0 document, ${rest}`, type: 'text/xml' };
  if (/^\s*<(?:!doctype html|html)/i.test(start))
    return { ...text, words: `HTML document, ${rest}`, type: 'text/html' };
  return undefined;
}

/** Undefined for what is no text. */
function textKind(head: Uint8Array): Kind | undefined {
  for (const byte of head) if (byte < 7 || (byte > 13 && byte < 32 && byte !== 27) || byte === 127) return undefined;
  const text = decodeName(head.subarray(0, cutAtCharacter(head)));
  const hasOther = /[\udc80-\udcff]/.test(text);
  const isAscii = !/[^\u0000-\u007f]/.test(text);
  const name = isAscii
    ? 'ASCII text'
    : hasOther
      ? 'ISO-8859 text'
      : `${text.startsWith('\ufeff') ? 'Unicode text, UTF-8 (with BOM) text' : 'Unicode text, UTF-8 text'}`;
  const charset = isAscii ? 'us-ascii' : hasOther ? 'iso-8859-1' : 'utf-8';
  let words = name;
  const longest = Math.max(...text.split('\n').map(({ length }) => length));
  if (longest > 300) words += `, with very long lines (${longest})`;
  const crlf = (text.match(/\r\n/g) ?? []).length;
  const lf = (text.match(/\n/g) ?? []).length;
  if (crlf > 0 && crlf === lf) words += ', with CRLF line terminators';
  else if (crlf > 0) words += ', with CRLF, LF line terminators';
  else if (lf === 0) words += ', with no line terminators';
  if (text.includes('\u001b')) words += ', with escape sequences';
  return { words, type: 'text/plain', charset };
}

/** Without the beginning of a character at the end. */
function cutAtCharacter(head: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, head.length); back++) {
    const byte = head[head.length - back] as number;
    if (byte < 0x80) break;
    if (byte >= 0xc0) return head.length - back;
  }
  return head.length;
}
