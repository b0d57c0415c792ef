import { sideBySide, type Case } from './sideBySide.ts';

const TEXT = Array.from({ length: 12 }, (_, i) => (i % 4 === 0 ? `head ${i + 1}\n` : `line ${i + 1}\n`)).join('');
const OUTPUTS = ['xx00', 'xx01', 'xx02', 'xx03', 'xx04', 'p-0', 'p-1', 'p-2', 'xx000'];
const split = (words: string): Case => ({ command: `csplit ${words}`, files: { f: TEXT }, outputs: OUTPUTS });

sideBySide(
  'csplit',
  'csplit',
  [
    split('f 4'),
    split('f 4 8'),
    split("f 4 '{1}'"),
    split("f '/head/'"),
    split("f '/head/' '{*}'"),
    split("f '/head/' '{1}'"),
    split("f '/head/' '{9}'"),
    split("-k f '/head/' '{9}'"),
    split("f '/line 6/+1'"),
    split("f '/line 6/-2'"),
    split("f '%head 5%'"),
    split("f '%head 5%' '/line 8/'"),
    split("-s f '/nosuch/'"),
    split("-k f '/nosuch/'"),
    split("-z f '/head/' '{*}'"),
    split("--suppress-matched f '/head/' '{*}'"),
    split("-f p- -n 1 f '/head 5/' '/head 9/'"),
    split("-n 3 f '/head 5/'"),
    split("-b '-%d' -f p f 3"),
    split("-b 'x' f 3"),
    split('f 40'),
    split('f 8 4'),
    split('f 0'),
    split('f x'),
    split("f '/x'"),
    split('nosuch 2'),
    split('f'),
    { command: "csplit - '/b/'", stdin: 'a\nb\nc', outputs: OUTPUTS },
  ],
  /coreutils\) 9/,
);
