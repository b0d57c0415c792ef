#!/bin/sh
# Writes the samples that the codec tests decode, with the programs whose formats they are. Run it in this folder;
# the files are committed, so that the tests need no programs.
#   gzip 1.12, bzip2 1.0.8, xz 5.4.1, zstd 1.5.4, python 3.11
set -e
rm -f ./*.gz ./*.bz2 ./*.xz ./*.zst
tmp=$(mktemp -d)
python3 - "$tmp/content" <<'PY'
import random, struct, sys
r = random.Random(7)
words = ['usr', 'lib', 'share', 'layer', 'docker', 'the', 'of', 'rootfs', 'etc', 'passwd', '0000644', 'ustar  ']
out = bytearray()
while len(out) < 260_000:
    kind = r.random()
    if kind < .6: out += (' '.join(r.choices(words, k=r.randrange(40, 400))) + '\n').encode()
    elif kind < .7: out += bytes(r.randrange(600, 9000))
    elif kind < .8: out += b'A' * r.randrange(3, 700)
    elif kind < .85: out += r.randbytes(r.randrange(10, 300))
    elif kind < .95 and len(out) > 30_000:
        at = r.randrange(len(out) - 20_000)
        out += out[at:at + r.randrange(300, 20_000)]
    else: out += b''.join(struct.pack('<IH', i * 37, i & 7) for i in range(r.randrange(10, 120)))
open(sys.argv[1], 'wb').write(out)
PY
head -c 3000 "$tmp/content" > "$tmp/head"
tail -c +3001 "$tmp/content" > "$tmp/tail"
: > "$tmp/empty"
for level in 1 6 9; do gzip -n -$level < "$tmp/content" > content.$level.gz; done
for level in 1 9; do bzip2 -$level < "$tmp/content" > content.$level.bz2; done
{ bzip2 < "$tmp/head"; bzip2 < "$tmp/empty"; bzip2 < "$tmp/tail"; } > content.streams.bz2
for level in 0 6 9e; do xz -$level < "$tmp/content" > content.$level.xz; done
for check in none crc32 sha256; do xz --check=$check < "$tmp/content" > content.$check.xz; done
xz -T2 --block-size=60000 < "$tmp/content" > content.blocks.xz
xz --lzma2=lc=1,lp=3,pb=1,dict=64KiB < "$tmp/content" > content.options.xz
{ xz < "$tmp/head"; head -c 8 /dev/zero; xz < "$tmp/empty"; xz < "$tmp/tail"; head -c 4 /dev/zero; } > content.streams.xz
for level in 1 3 19; do zstd -q -$level -c "$tmp/content" > content.$level.zst; done
zstd -q --fast=5 -c "$tmp/content" > content.fast.zst
zstd -q --ultra -22 --long=27 < "$tmp/content" > content.long.zst
zstd -q --no-check < "$tmp/content" > content.plain.zst
{ printf '\120\052\115\030\005\000\000\000hello'; zstd -q -c "$tmp/head"; printf '\137\052\115\030\000\000\000\000'
  zstd -q -c "$tmp/empty"; zstd -q -c "$tmp/tail"; } > content.frames.zst
for name in empty; do
  gzip -n < "$tmp/$name" > $name.gz; bzip2 < "$tmp/$name" > $name.bz2; xz < "$tmp/$name" > $name.xz
  zstd -q < "$tmp/$name" > $name.zst
done
gzip -n < "$tmp/head" > head.gz; bzip2 < "$tmp/head" > head.bz2; xz < "$tmp/head" > head.xz
zstd -q < "$tmp/head" > head.zst
# Bytes that look like calls and branches of all processors, and parts of them.
python3 - "$tmp/branches" <<'PY'
import random, sys
r = random.Random(11)
heads = ['e8', 'e9', 'e8e8', 'e800e8', '000000e8', 'eb', '48', '4bffff', '94', '97', '9000', 'b0', 'f0', 'fff7', 'f8', '7fff', '40', '00', 'ff']
out = bytearray()
while len(out) < 6000:
    out += bytes.fromhex(r.choice(heads))
    out += r.randbytes(r.randrange(5)) if r.random() < .5 else bytes([r.choice([0, 255, 1])]) * r.randrange(4)
open(sys.argv[1], 'wb').write(out)
PY
xz < "$tmp/branches" > branches.plain.xz
for filter in x86 powerpc arm armthumb sparc arm64 delta=dist=7; do
  xz --$filter --lzma2 < "$tmp/branches" > branches.${filter%%=*}.xz
done
xz --arm64=start=65536 --delta=dist=2 --x86=start=4096 --lzma2 --block-size=2000 < "$tmp/branches" > branches.three.xz
xz --ia64 --lzma2 < "$tmp/head" > refused.ia64.xz
python3 - "$tmp" <<'PY'
import random, sys
r = random.Random(3)
for i in range(60): open(f'{sys.argv[1]}/d{i}', 'wb').write(bytes(r.choices(b'abcdefgh /', k=900)))
PY
zstd -q --train "$tmp"/d* --maxdict=2000 -o "$tmp/dictionary" 2> /dev/null
zstd -q -D "$tmp/dictionary" -c "$tmp/d1" > refused.dictionary.zst
rm -r "$tmp"
