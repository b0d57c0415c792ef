/** Sizes as apt prints them (apt-pkg/strutl, SizeToStr): `8788 kB`, `1024 B`; the C locale groups no digits. */
export function aptSize(sizeBytes: number): string {
  const units = ['', 'k', 'M', 'G', 'T'];
  let size = sizeBytes;
  for (const unit of units) {
    if (size < 100 && unit !== '') return `${size.toFixed(1)} ${unit}B`;
    if (size < 10_000) return `${Math.trunc(size)} ${unit}B`;
    size /= 1000;
  }
  return `${Math.trunc(size)} PB`;
}

/** Names in lines of at most 78 columns, two blanks in front, as apt lists packages. */
export function packageList(names: readonly string[], columns = 80): string {
  let text = '';
  let line = ' ';
  for (const name of names) {
    if (line.length + 1 + name.length >= columns && line !== ' ') {
      text += `${line}\n`;
      line = ' ';
    }
    line += ` ${name}`;
  }
  return line === ' ' ? text : `${text}${line}\n`;
}
