// Where the suites are expected, and how to get them. Nothing is downloaded here.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runFsx } from './fsx.mjs';
import { runPjdfstest } from './pjdfstest.mjs';
import { runUnionmount } from './unionmount.mjs';

export const SUITES = [
  {
    name: 'pjdfstest',
    file: 'pjdfstest/pjdfstest',
    run: runPjdfstest,
    howTo: [
      'git clone https://github.com/pjd/pjdfstest',
      'cd pjdfstest && autoreconf -ifs && ./configure && make pjdfstest   # autoconf, automake, a C compiler',
    ],
  },
  {
    name: 'unionmount-testsuite',
    file: 'unionmount-testsuite/run',
    run: runUnionmount,
    howTo: ['git clone https://github.com/amir73il/unionmount-testsuite   # runs with python3'],
  },
  {
    name: 'fsx',
    file: 'fsx/fsx',
    run: runFsx,
    howTo: [
      'git clone https://git.kernel.org/pub/scm/fs/xfs/xfstests-dev.git fsx',
      'cd fsx && make && cp ltp/fsx fsx   # its README names the packages; or build ltp/fsx.c alone, with a config.h that',
      '                                   # defines HAVE_FALLOCATE, FALLOCATE and the HAVE_*_H of your system',
    ],
  },
];

export function find(suite, folder) {
  const path = join(folder, suite.file);
  return existsSync(path) ? path : undefined;
}
