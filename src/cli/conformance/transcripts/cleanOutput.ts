// Forms in which output is compared: what differs from run to run is taken out, or put in order.

const PROGRESS_LINE = /^(\{\{[^}]*\}\}|[0-9a-f]{12}): (.*)$/;
const OPTIONAL_STATUSES = [
  'Verifying Checksum',
  'Download complete',
  'Waiting',
  'Downloading',
  'Extracting',
  'Pushing',
  'Retrying',
  'Loading layer',
];
/** Lines before the ending of a BuildKit vertex that are looked at. */
const LOOK_AHEAD_LINES = 11;

export function cleanOutput(text: string, whitespace?: 'collapsed'): string {
  let cleaned = text
    .replace(/^time="[^"]*" level=error msg="Can't (?:add file|close tar writer).*\n/gm, '')
    .replaceAll('\x1b[0m\x1b[91m', '')
    .replace(
      /^(?:(?:Sending build context to Docker daemon|Downloading build context from remote url:)[^\r\n]*\r)+(?=(?:Sending build context|Downloading build context))/gm,
      '',
    )
    .replace(/"NetworkDisabled": ?true,\s*/g, '');
  if (whitespace === 'collapsed') {
    cleaned = cleaned
      .split('\n')
      .map((line) => line.replace(/ {2,}/g, '   ').replace(/ +$/, ''))
      .join('\n');
  }
  return /^#\d+ /m.test(cleaned) ? cleanBuildkit(cleaned) : cleaned;
}

// Sizes and times that a vertex of BuildKit tells while it works count only at its end.
function cleanBuildkit(text: string): string {
  const lines = text.replace(/ (?:\d+\.\d+s )?done$/gm, ' done').split('\n');
  const kept = lines.filter((line, i) => {
    const match = /^(#\d+ .*?)(?: [\d.]+[kMG]?B(?: \/ [\d.]+[kMG]?B)?)?(?: \d+\.\d+s)?$/.exec(line);
    if (!match || line.endsWith('done')) return true;
    const next = lines.slice(i + 1, i + 1 + LOOK_AHEAD_LINES);
    return !next.some((other) => other.startsWith(match[1] as string) && other.endsWith(' done'));
  });
  return kept.join('\n');
}

/** Lines of layers by their id, without those that may be missing; and the others. */
export function progressForm(text: string): { ids: Record<string, string[]>; other: string[] } {
  const ids: Record<string, string[]> = {};
  const other: string[] = [];
  for (const line of text.split('\n')) {
    const match = PROGRESS_LINE.exec(line);
    if (!match) {
      if (line !== '') other.push(line);
      continue;
    }
    const [, id = '', status = ''] = match;
    ids[id] ??= [];
    if (!OPTIONAL_STATUSES.some((optional) => status.startsWith(optional))) ids[id].push(status);
  }
  return { ids, other };
}

/** BuildKit's plain progress as vertices by name, in the order of their kind and name. */
export function buildkitForm(text: string): { vertices: { name: string; lines: string[] }[]; rest: string[] } {
  const lines: Record<string, string[]> = {};
  const names: Record<string, string> = {};
  const rest: string[] = [];
  for (const line of text.split('\n')) {
    const match = /^#(\d+) (.*)$/.exec(line);
    if (!match) {
      if (line !== '') rest.push(line);
      continue;
    }
    const [, number = '', content = ''] = match;
    const name = names[number];
    if (name === undefined) {
      names[number] = content;
      lines[content] ??= [];
    } else if (!isNoise(content, name)) lines[name]?.push(content);
  }
  const ordered = Object.keys(lines).sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : a > b ? 1 : 0));
  const vertices = ordered
    .filter((name) => name !== '[internal] load .dockerignore')
    .map((name) => ({ name, lines: vertexLines(name, lines[name] ?? []) }));
  return { vertices, rest };
}

function isNoise(content: string, name: string): boolean {
  return content === name || content === '...' || content === '{{vertex}}' || /^sha256:[0-9a-f]{64}$/.test(content);
}

function rank(name: string): number {
  if (name.startsWith('[internal]')) return 0;
  return /^(exporting|copying)/.test(name) ? 2 : 1;
}

function vertexLines(name: string, all: readonly string[]): string[] {
  const isQuiet = name.startsWith('[internal]') && !all.some((line) => line.startsWith('ERROR'));
  const told = isQuiet ? [] : all.filter((line) => !/^(resolve |sha256:|extracting )/.test(line));
  const endings = told.filter((line) => /^(DONE|CACHED|CANCELED)/.test(line));
  const kept = told.filter((line) => !endings.includes(line));
  const last = endings.at(-1);
  if (last !== undefined && !/^\[[^\]]*\] FROM |^FROM /.test(name)) {
    kept.push(endings.includes('CACHED') ? 'CACHED' : last);
  }
  return kept;
}
