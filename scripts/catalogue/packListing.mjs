/** Entries as text, a line each, as `src/catalogue/listing.ts` reads them: `KIND SHARED REST[ -> TARGET][\tSIZE][\tMODE][\tUID:GID]`.
 *  KIND: d directory, f file, l link, h hard link. SHARED: characters in common with the path before, in base 36.
 *  Left out: mode 755 of directories and 644 of files, owner 0:0, size 0. */
export function packListing(entries) {
  let last = '';
  let text = '';
  for (const entry of entries) {
    const { kind, path, target, size = 0, mode, uid = 0, gid = 0 } = entry;
    let shared = 0;
    while (shared < last.length && last[shared] === path[shared]) shared++;
    last = path;
    const usual = kind === 'd' ? 0o755 : kind === 'f' ? 0o644 : 0o777;
    const isUsual = mode === usual || kind === 'l' || kind === 'h';
    const columns = [size || '', isUsual ? '' : mode.toString(8), uid || gid ? `${uid}:${gid}` : ''];
    while (columns.at(-1) === '') columns.pop();
    const name = `${kind}${shared.toString(36)} ${path.slice(shared)}${target === undefined ? '' : ` -> ${target}`}`;
    text += `${[name, ...columns].join('\t')}\n`;
  }
  return text;
}

/** Entries of what `packListing` wrote. */
export function unpackListing(text) {
  let last = '';
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const kind = line[0];
      const space = line.indexOf(' ');
      const [name, size = '', mode = '', owner = ''] = line.slice(space + 1).split('\t');
      const arrow = kind === 'l' || kind === 'h' ? name.indexOf(' -> ') : -1;
      const path = last.slice(0, Number.parseInt(line.slice(1, space), 36)) + (arrow < 0 ? name : name.slice(0, arrow));
      last = path;
      const usual = kind === 'd' ? 0o755 : kind === 'l' ? 0o777 : 0o644;
      const [uid = '0', gid = '0'] = owner.split(':');
      return {
        kind,
        path,
        size: Number(size) || 0,
        mode: mode === '' ? usual : Number.parseInt(mode, 8),
        uid: Number(uid) || 0,
        gid: Number(gid) || 0,
        ...(arrow >= 0 && { target: name.slice(arrow + 4) }),
      };
    });
}
