import type { FileTree } from './labMachine.ts';
import { pseudoRandom } from './pseudoRandom.ts';

/** One script that every shell runs in a folder with the tree. */
export interface ShellWork {
  readonly name: string;
  readonly script: string;
  /** What a script moves is bytes, not lines: more is asked of it. */
  readonly isBinary?: true;
  /** Times and owners differ from shell to shell: only the number of lines is compared. */
  readonly isPrintedApart?: true;
}

export const FILES = 10_000;
const FILES_A_DIRECTORY = 100;
export const IMAGE_BYTES = 100e6;
/** What the pipes of bytes carry. */
export const BLOB_BYTES = 16 * 2 ** 20;
export const BLOB_NAME = 'blob.bin';

export const SHELL_WORK: readonly ShellWork[] = [
  { name: 'find, 10k files', script: 'find tree | sort | sha256sum' },
  { name: 'find -type f -name', script: "find tree -type f -name '*7.txt' | wc -l" },
  { name: 'grep -r, 10k files', script: 'grep -r needle tree | sort | sha256sum' },
  { name: 'ls -lR, 10k files', script: 'ls -lR tree', isPrintedApart: true },
  {
    name: 'while, 10k turns',
    script: 'i=0; s=0; while [ $i -lt 10000 ]; do i=$((i+1)); s=$((s+i%7)); done; echo $s',
  },
  {
    name: 'for, 10k turns',
    script: 'for i in $(seq 10000); do x="a$i"; y="${x#a}"; if [[ $y == *77 ]]; then n=$y; fi; done; echo $n',
  },
  {
    name: 'functions, 10k calls',
    script: 'f() { local n=$1; r=$((n*2)); }; for i in $(seq 10000); do f $i; done; echo $r',
  },
  { name: '$(…), 1k times', script: 'for i in $(seq 1000); do x=$(echo $i); done; echo $x' },
  {
    name: 'case, 10k turns',
    script: 'n=0; for i in $(seq 10000); do case $i in *[13579]) n=$((n+1));; *0) ;; esac; done; echo $n',
  },
  {
    name: 'echo | cat, 10k times',
    script: 'for i in $(seq 10000); do echo $i | cat; done | tail -n 1',
  },
  {
    name: 'echo | sed, 1k times',
    script: 'for i in $(seq 1000); do x=$(echo $i | sed s/1/x/); done; echo $x',
  },
  { name: 'programs, 1k times', script: 'for i in $(seq 1000); do x=$(basename /a/b/$i.txt .txt); done; echo $x' },
  { name: 'subshells, 1k times', script: 'for i in $(seq 1000); do (echo $i); done | tail -n 1' },
  { name: 'while read, 10k lines', script: 'seq 10000 | while read x; do n=$((n+x)); echo $n; done | tail -n 1' },
  { name: 'here-strings, 5k', script: 'for i in $(seq 5000); do read x <<< "a$i"; done; echo $x' },
  { name: 'small files, 1k', script: 'mkdir w; for i in $(seq 1000); do echo $i > w/f$i; done; ls w | wc -l; rm -r w' },
  { name: 'cp -r, rm -r', script: 'cp -r tree copy; find copy | wc -l; rm -r copy' },
  { name: 'text through pipes', script: "seq 100000 | grep 7 | sed 's/7/8/g' | sort | uniq -c | wc -l" },
  { name: 'awk, 100k lines', script: "seq 100000 | awk '{s+=$1%7; n[$1%10]++} END {print s, n[3]}'" },
  { name: 'cat | cat | wc', script: `cat ${BLOB_NAME} | cat | cat | wc -c`, isBinary: true },
  { name: 'cat | tee | wc', script: `cat ${BLOB_NAME} | tee copy.bin | wc -c; rm copy.bin`, isBinary: true },
  {
    name: 'cat | base64 | base64',
    script: `head -c 4000000 ${BLOB_NAME} | base64 | base64 -d | sha256sum`,
    isBinary: true,
  },
  { name: 'cat | head | sha256sum', script: `cat ${BLOB_NAME} | head -c 10000000 | sha256sum`, isBinary: true },
  { name: 'gzip | gunzip', script: `gzip -c < ${BLOB_NAME} | gunzip -c | sha256sum`, isBinary: true },
];

/** 10,000 small files in 100 directories; every 50th holds a needle. */
export function workTree(): FileTree {
  const random = pseudoRandom(4);
  const tree = new Map<string, Uint8Array>();
  const encoder = new TextEncoder();
  for (let i = 0; i < FILES; i++) {
    const lines = Array.from({ length: 4 + (i % 9) }, () => `line ${Math.floor(random() * 1e9).toString(36)}`);
    if (i % 50 === 0) lines.push('a needle');
    tree.set(`tree/d${Math.floor(i / FILES_A_DIRECTORY)}/f${i}.txt`, encoder.encode(`${lines.join('\n')}\n`));
  }
  return tree;
}

/** Bytes of which gzip saves about half, as it does of images. */
export function blobOf(length: number): Uint8Array<ArrayBuffer> {
  const random = pseudoRandom(5);
  const bytes = new Uint8Array(length);
  const block = 4096;
  for (let at = 0; at < length; at += block) {
    const end = Math.min(length, at + block / 2);
    for (let i = at; i < end; i++) bytes[i] = random() * 256;
  }
  return bytes;
}
