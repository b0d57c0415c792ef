import { describe, expect, it } from 'vitest';
import { UTILITIES } from '../../../src/shell/utilities/registry.ts';
import { run, testKernel } from '../../support/testKernel.ts';
import { sideBySide } from './sideBySide.ts';

const files = {
  people: 'ann 31 berlin\nbob 25 paris\ncid 40 berlin\ndora 19 rome\n',
  csv: 'id,name,price\n1,apple,1.50\n2,pear,0.75\n3,"fig",12\n',
  passwd: 'root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1::/usr/sbin:/usr/sbin/nologin\n',
  para: 'a b\nc\n\n\nd e\nf\n\ng\n',
  prog: 'function max(a, b) {\n  return a > b ? a : b\n}\n# comment\n{ m = max(m, $2) }\nEND { print m }\n',
  numbers: '3\n10\n-2\n1e3\nabc\n 7 \n',
};
/** Deeper than mawk goes. */
const DEEP = 'function deep(n) { return n == 0 ? 0 : 1 + deep(n - 1) }';
const scripts: readonly (readonly string[])[] = [
  ['{ print }', 'people'],
  ['{ print $2, $1 }', 'people'],
  ['$2 > 30', 'people'],
  ['$3 == "berlin" { n++ } END { print n }', 'people'],
  ['/o/', 'people'],
  ['!/o/ { print NR, $0 }', 'people'],
  ['NR==2, NR==3', 'people'],
  ['END { print NR }', 'people'],
  ['{ s += $2 } END { print s, s/NR }', 'people'],
  ['{ print NF, $NF }', 'people'],
  ['{ $2 = "X"; print }', 'people'],
  ['{ $5 = "e"; print; print NF }', 'people'],
  ['{ NF = 2; print }', 'people'],
  ['BEGIN { OFS="-" } { $1 = $1; print }', 'people'],
  ['BEGIN { FS=":" } { print $1, $7 }', 'passwd'],
  ['{ print length, length($1), length() }', 'people'],
  ['{ print toupper($1), substr($3, 2, 3), index($3, "r") }', 'people'],
  ['{ sub(/[aeiou]/, "<&>"); print }', 'people'],
  ['{ n = gsub(/[aeiou]/, "[\\\\&]"); print n, $0 }', 'people'],
  ['{ gsub("r", "\\\\&"); print }', 'people'],
  ['{ if (match($0, /[0-9]+/)) print RSTART, RLENGTH, substr($0, RSTART, RLENGTH) }', 'people'],
  ['{ n = split($0, a, ""); print n, a[1] }', 'people'],
  ['{ n = split($3, a, "r"); for (i = 1; i <= n; i++) printf "%s|", a[i]; print "" }', 'people'],
  ['{ a[$3]++ } END { print a["berlin"], length(a), ("rome" in a), ("x" in a) }', 'people'],
  ['{ a[NR, $1] = $2 } END { print a[1, "ann"]; if ((2, "bob") in a) print "yes" }', 'people'],
  ['BEGIN { printf "%d %5d|%-5d|%05d %i\n", 3.9, 42, 42, 42, "7x" }', ''],
  ['BEGIN { printf "%s %10s|%-10s|%.2s\n", "abc", "abc", "abc", "abc" }', ''],
  ['BEGIN { printf "%f %.2f %e %g %G\n", 3.14159, 2.5, 12345.678, 0.0001, 1e20 }', ''],
  ['BEGIN { printf "%x %X %o %u %c%c %%\n", 255, 255, 8, 3, 65, "hello" }', ''],
  ['BEGIN { printf "%*d|%-*d|%.*f\n", 5, 42, 5, 42, 2, 3.14159 }', ''],
  ['BEGIN { print 1/3, 1e6, 0.1 + 0.2, 3.0, -0 }', ''],
  ['BEGIN { OFMT = "%.2f"; print 3.14159, 3.14159 "" }', ''],
  ['BEGIN { CONVFMT = "%.2f"; x = 3.14159 ""; print x }', ''],
  ['BEGIN { print 2 ^ 10, -2 ^ 2, 7 % 3, -7 % 3, 2 ^ 3 ^ 2 }', ''],
  ['BEGIN { print 1 " " 2, 1 + 2 " " 3, "a" > "/dev/stdout" }', ''],
  ['BEGIN { x = 5; x += 2; x *= 3; x -= 1; x /= 4; x %= 3; x ^= 2; print x, x++, ++x, x--, --x }', ''],
  ['BEGIN { print (1 < 2), ("a" < "b"), (10 < 9), ("10" < "9"), !0, !"", !"a", 1 && 0, 1 || 0 }', ''],
  ['{ print ($1 < 5), ($1 == 10), ($1 == "10") }', 'numbers'],
  ['{ print $1 + 0, ($1 > 2) }', 'numbers'],
  ['BEGIN { while (i < 5) { i++; if (i == 2) continue; if (i == 4) break; print i } }', ''],
  ['BEGIN { do { print i++ } while (i < 3) }', ''],
  ['BEGIN { for (i = 0; i < 3; i++) print i; for (;;) { if (++j > 2) break }; print j }', ''],
  ['BEGIN { print substr("hello", 0), substr("hello", 2), substr("hello", 4, 10) }', ''],
  ['BEGIN { print index("abc", "c"), index("abc", "") }', ''],
  ['BEGIN { print int(3.9), int(-3.9), int("3abc"), sqrt(16), exp(0), log(1), atan2(0, -1), sin(0), cos(0) }', ''],
  ['BEGIN { x["a"]; if ("a" in x) print "in"; delete x["a"]; if (!("a" in x)) print "gone" }', ''],
  ['BEGIN { exit 3 } END { print "end" }', ''],
  ['{ exit } END { print NR }', 'people'],
  ['{ next; print "no" } END { print "done" }', 'people'],
  ['NR == 1 { nextfile } { print FILENAME, FNR, NR }', 'people csv'],
  ['FNR == 1 { print FILENAME }', 'people csv'],
  ['{ getline; print }', 'people'],
  ['{ getline x; print x, $1, NR }', 'people'],
  ['BEGIN { while ((getline line < "people") > 0) print "got", line; close("people") }', ''],
  ['BEGIN { if ((getline line < "nothere") < 0) print "none" }', ''],
  ['{ print $1 > "out" } END { close("out"); while ((getline l < "out") > 0) print "o", l }', 'people'],
  ['{ print > ($3 ".txt") }', 'people'],
  ['BEGIN { RS = "" } { print NR ": " $1 "|" $NF "|" NF }', 'para'],
  ['BEGIN { RS = ""; FS = "\n" } { print NR ": " $1 "|" NF }', 'para'],
  ['BEGIN { RS = "b|d" } { print NR, $0 }', 'people'],
  ['BEGIN { RS = ";" } { print NR, $1 }', ''],
  ['BEGIN { ORS = "|" } { print $1 }', 'people'],
  ['function f(n) { return n <= 1 ? 1 : n * f(n - 1) } BEGIN { print f(10) }', ''],
  [
    'function fill(a, n,   i) { for (i = 1; i <= n; i++) a[i] = i * i } BEGIN { fill(sq, 3); print sq[1], sq[2], sq[3], i }',
    '',
  ],
  ['function g(x) { x = 5; return } BEGIN { y = 1; r = g(y); print y, "[" r "]" }', ''],
  ['BEGIN { print length(x), x + 0, "[" x "]" }', ''],
  ['BEGIN { print ARGC, ARGV[1], ARGV[2] }', 'people csv'],
  ['BEGIN { print ENVIRON["HOME"] }', ''],
  ['BEGIN { print tolower("ABC") toupper("def") }', ''],
  ['BEGIN { "a" ~ /a/; print "a" ~ "^a$", "b" ~ /a/, "a.c" ~ /a\\.c/, "abc" ~ "a\\\\.c" }', ''],
  ['$1 ~ /^[a-c]/ && $2 >= 30', 'people'],
  ['$1 ~ "d" || /paris/', 'people'],
  ['{ print $1, $2 > "/dev/stderr" }', 'people'],
  ['BEGIN { print substr("x", 1) ; ; print "y" }', ''],
  ['BEGIN{if(1)print "a";else print "b"}', ''],
  ['BEGIN { if (0) print "a"\nelse print "b" }', ''],
  ['BEGIN { a = "x" ; b = a++ ; print a, b }', ''],
  ['BEGIN { print 1 -1 }', ''],
  ['BEGIN { print "a" "b" == "ab" }', ''],
  ['BEGIN { $0 = "a b c"; print NF, $2; $3 = ""; print; print NF }', ''],
  ['BEGIN { $3 = "x"; print; print NF }', ''],
  ['{ $0 = toupper($0); print $1 }', 'people'],
  ['{ print NR % 2 ? "odd" : "even" }', 'people'],
  ['NR % 2', 'people'],
  ['{ a[NR] = $0 } END { for (i = NR; i > 0; i--) print a[i] }', 'people'],
  ['{ printf "%-10s|%5.1f|\n", $1, $2 }', 'people'],
  ['{ printf("%s %s\n", $1, $2) }', 'people'],
  ['{ print($1)($2) }', 'people'],
  ['{ print ($1, $2) }', 'people'],
  ['!seen[$3]++', 'people'],
  ['{ $1 = ""; print substr($0, 2) }', 'people'],
  ['length > 13', 'people'],
  ['{ while (match($0, /[aeiou]/)) { n++; $0 = substr($0, RSTART + 1) } } END { print n }', 'people'],
  ['BEGIN { printf "%s" }', ''],
  ['BEGIN { printf "a\\tb\\\\n\\101\n" }', ''],
  ['BEGIN { print length("a\\nb") }', ''],
  ['BEGIN { print 1e3, 1E-2, .5, 5., 010, 1e300 * 1e300 }', ''],
  ['BEGIN { print index("foobar", "bar") ? "y" : "n" }', ''],
  ['BEGIN { n = split("a:b:c", p, ":"); print n, p[3]; n = split("", p); print n, length(p) }', ''],
  [
    'BEGIN { n = split(" a  b ", p); print n, p[1], p[2]; n = split("a1b22c", p, /[0-9]+/); print n, p[3]; n = split("a.b", p, "."); print n }',
    '',
  ],
  [
    'BEGIN { s = "aaa"; print gsub(/a/, "b", s), s; s = "abc"; gsub(//, "-", s); print s; s = "hello"; gsub(/l*/, "x", s); print s }',
    '',
  ],
  ['BEGIN { s = "foo.bar"; gsub(/\\./, "\\\\.", s); print s }', ''],
  ['BEGIN { print substr("hello", 2, 0) "|" substr("hello", 9) "|" }', ''],
  ['BEGIN { print 5 " items" + 0, "3x" + 1, "x" + 1, +"  12  " }', ''],
  ['BEGIN { print 1==1.0, "1"==1, "a"=="a", 2<10, "2"<"10" }', ''],
  ['BEGIN { getline; print "first:", $0; getline; print $1 }', 'people'],
  ['END { print $0, NF }', 'people'],
  ['BEGIN { printf "%c%c\n", "", 256 + 65 }', ''],
  ['BEGIN { printf "%5%|%z\n" }', ''],
  ['BEGIN { i = 5; a[i++] = i; for (k in a) print k, a[k] }', ''],
  ['BEGIN { print length }', ''],
  ['BEGIN { print !x + 1, - -3, !!5 }', ''],
  ['BEGIN { a["x"] = 1; for (k in a) delete a[k]; for (k in a) print "still" }', ''],
  ['BEGIN { x = y = 3; print x y; print x == y ? "eq" : "ne" }', ''],
  ['BEGIN { print (3 > 2) ? "a" : "b" }', ''],
  ['BEGIN { $(1+1) = "z"; print $0; print $NF }', ''],
  ['{ print $NF-1, $(NF-1) }', 'people'],
  ['/ann/,/cid/ { print "r", $1 }', 'people'],
  ['BEGIN { if (!(3 in a)) print "no"; print length(a) }', ''],
  ['{ x[$3] = x[$3] " " $1 } END { print x["berlin"] }', 'people'],
  // What waits in the midst of expressions: calls, getline, commands.
  ['function f(n) { return n < 2 ? n : f(n - 1) + f(n - 2) } BEGIN { print f(15) }', ''],
  ['function d(n) { return n == 0 ? 0 : 1 + d(n - 1) } BEGIN { print d(300) }', ''],
  [
    'function f(n,  i, s) { for (i = 1; i <= n; i++) s = s g(i) ","; return s } function g(n) { return n * n } BEGIN { print f(7) }',
    '',
  ],
  [
    'function f(a, k) { a[k] = k "!"; return k } BEGIN { x[f(x, "p")] = f(x, "q") f(x, "r"); for (k in x) n++; print n, x["p"], x["q"] }',
    '',
  ],
  [
    'function f(n) { return n + 1 } BEGIN { a[f(1), f(2)] = f(3); print ((2, 3) in a), a[2, 3], -f(1), !f(-1), f(f(f(1))) }',
    '',
  ],
  ['function f(n) { return n } { print $f(1), f($2) > f(30), f(1) && f(0), f(0) || f(2) }', 'people'],
  ['function f(n) { return n } { $f(2) = f("z"); $f(3) += f(4); print; print substr($1, f(1), f(2)) f(NF) }', 'people'],
  ['function f() { exit 3 } { print; f(); print "never" } END { print "end" }', 'people'],
  [
    'function f(n) { while (1) { if (n > 3) return n; n++ } } BEGIN { i = 5; do { i -= f(1) - 3; if (i < 2) break } while (f(i)); print i }',
    '',
  ],
  ['f(NR) { print } function f(n) { return n % 2 }', 'people'],
  ['f(NR), f(NR) { print "in", $1 } function f(n) { return n % 3 == 1 }', 'people'],
  ['NR == 1 { while ((getline line < "passwd") > 0) n += split(line, p, ":"); print n, p[1] }', 'people'],
  ['{ while ((getline) > 0) n++; print n, $0 }', 'people'],
  ['NR == 1 { getline x[NR]; print x[1], NR; getline $2; print }', 'people'],
  ['function f(s) { gsub(/a/, "b", s); return s } { print f($0); print toupper(f($1)) length(f("aa")) }', 'people'],
  [
    'function f(n) { return n } BEGIN { if (f(0)) print 1; else if (f(1)) print 2; print f(1) ? f("y") : f("n"); printf "%s-%d\n", f("s"), f(7) }',
    '',
  ],
  [
    'function f(a) { delete a["x"]; return length(a) } BEGIN { m["x"]; m["y"]; delete m[g("z")]; print f(m) } function g(k) { return k }',
    '',
  ],
  [
    '{ n = 0; for (i = NF; i; i--) n = n " " $i; $2 = ""; print n "|" $0 "|" NF; $7 = "g"; NF = 3; print $0 "|" $9 }',
    'people',
  ],
  ['{ $3 = u; print $3 == 0, $3 == "", NF; $0 = " a  b "; print $2 NF; $1 = $1; print }', 'people'],
  ['BEGIN { FS = "," } { FS = ":"; print $1 "|" NF }', 'csv'],
  ['{ print $1; FS = "a"; $0 = $0; print $2 }', 'people'],
  ['BEGIN { x["a"]; x["b"]; for (k in x) { delete x["a"]; delete x["b"]; n++ } print n }', ''],
  ['{ print ($2 < 30) ($1 < "c") ($2 "" < 4) ($2 == 25) }', 'people'],
];
const quote = (text: string) => `$'${text.replace(/\\/g, '\\\\').replace(/'/g, "\\'").replace(/\n/g, '\\n')}'`;

sideBySide(
  'awk',
  'mawk',
  scripts.map(([script = '', operands = '']) => ({
    command: `awk ${quote(script)} ${operands}`,
    files,
    stdin: '1;2;3\n',
    outputs: ['out', 'berlin.txt'],
    errors: 'ignored',
  })),
);

sideBySide(
  'awk: options',
  'mawk',
  [
    `awk -F, '{ print $2 }' csv`,
    `awk -F: '{ print $1 }' passwd`,
    `awk -F '[:/]+' '{ print $3 }' passwd`,
    `awk -F '\\t' '{ print NF }' csv`,
    `awk -v x=5 -v 'y=a b' 'BEGIN { print x + 1, y }'`,
    `awk -f prog people`,
    `awk '{ print x }' x=1 people x=2 csv`,
    `awk -F '|' '{ print NF }' csv`,
    `awk -Ft '{ print $1 }' people`,
    `awk -F. '{ print $1 }' csv`,
    `awk -- '{ print $1 }' people`,
    `awk '{ print $1 }' - people`,
    `awk -v 's=a\\tb' 'BEGIN { print s }'`,
    `awk 'BEGIN { f(1) }'`,
    `awk -f nothere`,
    `awk 'BEGIN { getline x < "people"; print x; print NR }'`,
  ].map((command) => ({ command, files, stdin: 'in put\n', errors: 'ignored' })),
);

describe('awk beside what mawk has', () => {
  const machine = () => testKernel({ programs: UTILITIES });
  it.each([
    ['print gensub(/(a)(b)/, "<\\\\2\\\\1>", "g", "abxab")', '<ba>x<ba>'],
    ['print gensub(/b/, "X", 2, "abab")', 'abaX'],
    ['print strftime("%Y-%m-%d", 0)', '1970-01-01'],
    ['n = asort(a); a["x"] = 3; a["y"] = 1; n = asort(a); print n, a[1], a[2]', '2 1 3'],
    ['print and(12, 10), or(12, 10), xor(12, 10), lshift(1, 4), rshift(16, 2), strtonum("0x1F")', '8 14 6 16 4 31'],
    ['print mktime("2000 01 01 00 00 00")', '946684800'],
    ['print 100000 * 100000, 2 ** 53', '10000000000 9007199254740992'],
    ['if (match("foo123", /([a-z]+)([0-9]+)/, m)) print m[1], m[2]', 'foo 123'],
    ['a[1]; a[2]; delete a; print length(a)', '0'],
    ['print deep(3000)', '3000'],
    ['print -1 " " -1', '-1 -1'],
    ['print length("äö"), toupper("äß"), substr("äöü", 2, 1)', '2 Äß ö'],
  ])('%s', async (script, expected) => {
    const result = await run(machine(), ['awk', `BEGIN { ${script} } ${DEEP}`], { env: { TZ: 'UTC' } });
    expect(result).toEqual({ code: 0, stdout: `${expected}\n`, stderr: '' });
  });

  it('tells what is wrong, and where', async () => {
    expect(await run(machine(), ['awk', 'BEGIN {\nprint (1\n}'])).toMatchObject({
      code: 2,
      stderr: 'awk: line 3: syntax error at or near }\n',
    });
    expect(await run(machine(), ['awk', 'BEGIN { print 1 / 0 }'])).toMatchObject({
      code: 2,
      stderr: 'awk: division by zero\n',
    });
  });

  it('bounds recursion and the growth of texts', async () => {
    expect(await run(machine(), ['awk', 'function f(n) { return f(n + 1) } BEGIN { f(1) }'])).toMatchObject({
      code: 2,
    });
    expect(await run(machine(), ['awk', 'BEGIN { x = "x"; while (1) x = x x }'])).toMatchObject({
      code: 2,
      stderr: 'awk: out of memory\n',
    });
  });
});
