import { describe, expect, it } from 'vitest';
import { encodeName } from '../../../src/bytes/byteName.ts';
import { readFile } from '../../../src/shell/kernel/calls.ts';
import { UTILITIES } from '../../../src/shell/utilities/registry.ts';
import { describeDifferential, type Tree } from '../../support/differential.ts';
import { idleProcess, run, testKernel } from '../../support/testKernel.ts';
import { hostHas } from '../text/sideBySide.ts';

const TREE: Tree = {
  a: 'alpha\n',
  'd/one': 'first\n',
  'd/two': { text: 'second file\n', mode: 0o755 },
  'd/sub/three': 'three\n',
  'd/sub/link': { link: '../one' },
  'd/empty': '',
  big: 'some bytes '.repeat(40_000),
  out: null,
  patterns: 'd/one\n*three\n',
};

const STATE = "find . -printf '%p %y %m %s %l\\n' | grep -v 'archive' | sort";
const TIMES = "find out -type f -printf '%p %TY\\n' | sort";

const PACK = 'find a d | sort | cpio -o -H newc --quiet > archive';

const GNU = [
  ...['newc', 'crc', 'odc', 'bin', 'ustar', 'tar', 'NEWC'].flatMap((format) => [
    `find a d | sort | cpio -o -H ${format} > archive\ncpio -it < archive`,
    `find a d big | sort | cpio -ov -H ${format} --quiet > archive\ncpio -idv -D out < archive`,
    `echo d/one | cpio -o -H ${format} > archive\nrm d/one\ncpio -i < archive\ncat d/one`,
  ]),
  'find a d big | sort | cpio -o -H newc --reproducible | sha256sum',
  'find a d big | sort | cpio -o -H crc --reproducible | sha256sum',
  'ln a hard\nfind a d hard | sort | cpio -o -H newc --reproducible | sha256sum',
  'ln a hard\nls a big d hard -d | cpio -o -H newc > archive\ncpio -idv -D out < archive\nstat -c %h out/a',
  'ln a hard\necho a | cpio -o -H newc > archive\ncpio -itv < archive',
  'ln a hard\nls a big d hard -d | cpio -o -H odc > archive\ncpio -idv -D out < archive',
  'ln a hard\nls a big d hard -d | cpio -o -H ustar > archive\ncpio -idv -D out < archive\ntar tf archive',
  'mkfifo p\ntouch -d @5 p\nls -d p a d | cpio -o -H newc --reproducible | sha256sum',
  'mkfifo p\nls -d p a d | cpio -o -H tar > archive\ncpio -it < archive',
  'mkfifo p\nls p | cpio -o -H newc > archive\nrm p\ncpio -iv < archive',
  'find . | sort | cpio -o -H newc --quiet | cpio -itv',
  'find d | cpio -oc --quiet | head -c 6',
  'ls a | cpio -o --quiet > archive\nhead -c 2 archive | od -c',
  `${PACK}\ncpio -tv < archive`,
  `${PACK}\ncpio -tvn < archive`,
  `${PACK}\ncpio -t --quiet < archive`,
  `${PACK}\ncpio -tV < archive`,
  `${PACK}\ncpio -it d/one '*three' < archive`,
  `${PACK}\ncpio -it -f '*o*' < archive`,
  `${PACK}\ncpio -itE patterns < archive`,
  `${PACK}\ncpio -i nosuch < archive`,
  `${PACK}\ncpio -id < archive`,
  `${PACK}\ncpio -idu < archive`,
  `${PACK}\ncpio -iduv --quiet d/one < archive`,
  `${PACK}\ncpio -i -D out < archive`,
  `${PACK}\ncpio -i -D out d/one < archive`,
  `${PACK}\ncpio -idm -D out < archive`,
  `${PACK}\ncpio -i --to-stdout d/one d/two < archive`,
  `${PACK}\ncpio -iF archive -t`,
  `${PACK}\ncpio -tI archive`,
  `${PACK}\nhead -c 300 archive | cpio -it`,
  `${PACK}\nhead -c 50 archive | cpio -it`,
  `${PACK}\ncat a archive > more\ncpio -it < more`,
  `${PACK}\ncpio -i --only-verify-crc < archive`,
  'echo a | cpio -o -H crc --quiet > archive\ncpio -i --only-verify-crc < archive',
  'find d | sort | cpio -oO archive -H newc -v\ncpio -t < archive',
  'find d -print0 | sort -z | cpio -0o -H newc > archive\ncpio -it < archive',
  'echo nosuch | cpio -o -H newc',
  'find d | cpio -pd out',
  'find d | sort | cpio -pdv out',
  'find d -depth | sort | cpio -pdmv out',
  'find d | cpio -pdl out\nstat -c %h d/one',
  'ln a hard\nls a hard | cpio -pdv out',
  'find a d | sort | cpio -p out/nosuch',
  'find a d | sort | cpio -pd out/new',
  'cp -a d out\nfind d | sort | cpio -pd out',
  'cp -a d out\nfind d | sort | cpio -pdu out',
  'mkdir -p out/d/one\nfind d | sort | cpio -pdu out',
  'mkdir -p out/d/one/x\nfind d | sort | cpio -pdu out',
  'ls -d /usr/bin | cpio -o -H newc > archive\ncpio -t < archive',
  'ls -d /usr/bin | cpio -o -H newc --no-absolute-filenames > archive\ncpio -t < archive',
  'ls -d /usr/bin | cpio -o -H newc --quiet > archive\ncpio -id --no-absolute-filenames < archive\nls -d usr/bin',
  'ls d/sub/../one | cpio -o -H newc > archive\ncpio -t --no-absolute-filenames < archive',
  'ls a | cpio -o -H newc -R 12:34 > archive\ncpio -tvn < archive',
  'ls a | cpio -o -H newc -R 12 > archive\ncpio -tvn < archive',
  'ls a | cpio -o -H newc -R nosuchuser',
  'ls d/sub/link | cpio -oL -H newc > archive\ncpio -tv < archive',
  'ls a | cpio -o -B | wc -c',
  'ls a | cpio -o -C 100 | wc -c',
  'ls a | cpio -o --block-size=3 | wc -c',
  'cpio -iF nosuch',
  'cpio -o < patterns > archive\ncpio -t < archive',
];

if (hostHas('cpio', /GNU cpio\) 2\.13/))
  describeDifferential(
    'cpio (GNU)',
    'gnu',
    TREE,
    GNU.map((lines) => ({
      lines,
      after: /cpio -(?:i(?!t)|p)/.test(lines) ? (/-(?:idm|pdm)/.test(lines) ? `${STATE}\n${TIMES}` : STATE) : '',
    })),
  );
else {
  console.warn('cpio (GNU): skipped, this host has no GNU cpio 2.13');
  describe.skip('cpio (GNU)', () => undefined);
}

describeDifferential(
  'cpio (busybox)',
  'busybox',
  TREE,
  [
    'find a d | sort | cpio -o -H newc > archive\ncpio -t < archive',
    'find a d | sort | cpio -oH newc -v > archive\ncpio -tv < archive',
    'find a d | sort | cpio -oH newc --renumber-inodes --ignore-devno > archive\nwc -c archive',
    'find a d | sort | cpio -oH newc > archive\nmkdir x\nmv a d x\ncpio -id < archive',
    'find a d | sort | cpio -oH newc > archive\ncpio -idv < archive',
    'find a d | sort | cpio -oH newc > archive\ncpio -iduv < archive',
    "find a d | sort | cpio -oH newc > archive\ncpio -t 'd*' < archive",
    'find a d | sort | cpio -oH newc > archive\ncpio -tF archive',
    'find a d | sort | cpio -oH newc > archive\nhead -c 300 archive | cpio -t',
    'echo nosuch | cpio -oH newc',
    'cpio -t < a',
    'cpio -t < d/empty',
    'cpio -tF nosuch',
    'cpio -t -z',
  ].map((lines) => ({
    lines,
    after: / cpio -i/.test(lines) ? 'find . -type f | grep -v archive | sort' : '',
  })),
);

describe('cpio', () => {
  it('refuses a name and a size that are claimed', async () => {
    const head = (sizeHex: string, nameHex: string) =>
      `070701${'00000001'}${'000081A4'}${'0'.repeat(16)}${'00000001'}${'0'.repeat(8)}${sizeHex}${'0'.repeat(32)}${nameHex}${'0'.repeat(8)}`;
    const machine = testKernel({ programs: UTILITIES });
    const long = await run(machine, ['cpio', '-t'], { stdin: head('00000000', 'FFFFFFFF') });
    expect(long).toMatchObject({ code: 2, stdout: '' });
    expect(long.stderr).toContain('a name of 4294967295 bytes');
    const large = await run(machine, ['cpio', '-t'], { stdin: `${head('FFFFFFFF', '00000002')}a\0` });
    expect(large).toMatchObject({ code: 2, stderr: 'cpio: premature end of file\n' });
    const number = await run(machine, ['cpio', '-t'], { stdin: head('0000000G', '00000002') });
    expect(number.stderr).toContain('Malformed number 0000000G');
  });

  it('stays in its directory when it is asked to', async () => {
    const machine = testKernel({ programs: UTILITIES, files: { '/data': null, '/up': 'x\n', '/data/in': null } });
    const archive = await run(machine, ['cpio', '-o', '-H', 'newc'], { stdin: '../../up\n', cwd: '/data/in' });
    await run(machine, ['rm', '/up']);
    const result = await run(machine, ['cpio', '-id', '--no-absolute-filenames'], {
      stdin: encodeName(archive.stdout),
      cwd: '/data/in',
    });
    expect(result.stderr).toContain("Removing leading `../../' from member names");
    expect(await readFile(idleProcess(machine), '/data/in/up')).toEqual(encodeName('x\n'));
  });
});

/** A package as rpm.org's "RPM V4 Package format" has it, with empty headers. */
function rpmOf(payload: Uint8Array, form: { readonly signatureBytes: number }): Uint8Array {
  const lead = new Uint8Array(96);
  lead.set([0xed, 0xab, 0xee, 0xdb, 3]);
  const header = (storeBytes: number, padding: number) => {
    const bytes = new Uint8Array(16 + storeBytes + padding);
    bytes.set([0x8e, 0xad, 0xe8, 1]);
    new DataView(bytes.buffer).setUint32(12, storeBytes);
    return bytes;
  };
  const signature = header(form.signatureBytes, (8 - (form.signatureBytes % 8)) % 8);
  return Uint8Array.from([...lead, ...signature, ...header(5, 0), ...payload]);
}

describe('rpm2cpio', () => {
  it.each(['gzip', 'bzip2', 'xz', 'zstd', 'cat'])('unpacks a payload of %s', async (packer) => {
    const machine = testKernel({ programs: UTILITIES, files: { '/data': null, '/data/f': 'text\n' } });
    const bytes = async (argv: readonly string[], stdin: string | Uint8Array) => {
      const shell = await run(machine, ['tee', '/data/in'], { stdin });
      expect(shell.code).toBe(0);
      const result = await run(machine, [...argv], { stdin, cwd: '/data' });
      return result;
    };
    const archive = encodeName((await bytes(['cpio', '-o', '-H', 'newc'], 'f\n')).stdout);
    const packed = encodeName((await bytes(packer === 'cat' ? ['cat'] : [packer, '-c'], archive)).stdout);
    for (const signatureBytes of [0, 3, 8]) {
      const result = await bytes(['rpm2cpio', '-'], rpmOf(packed, { signatureBytes }));
      expect(result).toMatchObject({ code: 0, stderr: '' });
      expect(encodeName(result.stdout)).toEqual(archive);
    }
  });

  it('tells what is no package', async () => {
    const machine = testKernel({ programs: UTILITIES, files: { '/f': 'no package\n' } });
    expect(await run(machine, ['rpm2cpio', '/f'])).toMatchObject({
      code: 1,
      stderr: 'rpm2cpio: argument is not an RPM package\n',
    });
    const cut = rpmOf(new Uint8Array(0), { signatureBytes: 200 }).slice(0, 150);
    expect((await run(machine, ['rpm2cpio'], { stdin: cut })).code).toBe(1);
  });
});
