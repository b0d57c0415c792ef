import { readFacts } from './packageFacts.mjs';

/** Where Alpine keeps what Debian keeps elsewhere. */
export function alpinePlace(path) {
  if (/EXTERNALLY-MANAGED$|^usr\/lib\/python3\/dist-packages\/.*\.egg-info|\/(?:__pycache__|test|tests)\//.test(path))
    return undefined;
  return path
    .replace(/^(usr\/)?lib\/x86_64-linux-gnu\//, '$1lib/')
    .replace('include/x86_64-linux-gnu/', 'include/')
    .replace('usr/lib/python3/dist-packages/', 'usr/lib/python3.11/site-packages/')
    .replace('usr/share/perl/5.36.0/', 'usr/share/perl5/core_perl/')
    .replace('usr/local/lib/node_modules/', 'usr/lib/node_modules/')
    .replaceAll('x86_64-linux-gnu', 'x86_64-alpine-linux-musl');
}

export function alpineFacts() {
  return readFacts('alpinePackages.txt', { place: alpinePlace });
}

/** apk's database of installed packages (apk(5), "installed"): what each is, and its files by directory. */
export function apkInstalled(facts) {
  return facts.map(apkRecord).join('');
}

function apkRecord({ name, version, installedBytes, license, origin, dependencies, scripts, description, entries }) {
  const lines = [
    `P:${name}`,
    `V:${version}`,
    'A:x86_64',
    `S:${Math.round(installedBytes * 0.42)}`,
    `I:${installedBytes}`,
    `T:${description}`,
    `L:${license}`,
    `o:${origin}`,
    ...(dependencies.length > 0 ? [`D:${dependencies.join(' ')}`] : []),
    ...scripts.flatMap((script) => (script.startsWith('if:') ? [`i:${script.slice(3).replaceAll(',', ' ')}`] : [])),
  ];
  let last;
  for (const { kind, path, mode } of entries) {
    const slash = path.lastIndexOf('/');
    const directory = kind === 'd' ? path : path.slice(0, Math.max(slash, 0));
    if (directory !== last) lines.push(`F:${directory}`);
    last = directory;
    if (kind === 'd') continue;
    lines.push(`R:${path.slice(slash + 1)}`);
    if (kind === 'f' && mode !== 0o644) lines.push(`a:0:0:${mode.toString(8)}`);
  }
  return `${lines.join('\n')}\n\n`;
}
