import type { Commit } from '../../git/commit.ts';
import { dateText } from './dates.ts';
import { fatal } from './gitFault.ts';
import type { Paint, PaintSlot } from './paint.ts';
import type { Repository } from './repository.ts';

export interface CommitForm {
  /** `medium`, `oneline`, `format:…`… */
  readonly pretty: string;
  readonly date: string;
  readonly abbreviates: boolean;
  readonly paint: Paint;
  readonly decorations: Decorations | undefined;
}

export type Decorations = ReadonlyMap<string, readonly Decoration[]>;

export interface Decoration {
  readonly slot: PaintSlot;
  readonly text: string;
  /** Of HEAD: the branch that it is on. */
  readonly branch?: string;
}

/** Names of commits as log shows them: HEAD, tags, branches, those of remotes. */
export async function decorationsOf(repository: Repository): Promise<Decorations> {
  const { refs } = repository;
  const found = new Map<string, Decoration[]>();
  const add = (oid: string, decoration: Decoration) => found.set(oid, [...(found.get(oid) ?? []), decoration]);
  const head = await refs.head();
  if (head.oid !== undefined) {
    const branch = head.kind === 'branch' ? { branch: head.branch } : {};
    add(head.oid, { slot: 'head', text: 'HEAD', ...branch });
  }
  const lastFirst = async (prefix: string) => (await refs.list(prefix)).reverse();
  for (const { ref, oid } of await lastFirst('refs/tags/'))
    add(await peeledCommit(repository, oid), { slot: 'tag', text: `tag: ${ref.slice('refs/tags/'.length)}` });
  for (const { ref, oid } of await lastFirst('refs/remotes/'))
    add(oid, { slot: 'remoteBranch', text: ref.slice('refs/remotes/'.length) });
  for (const { ref, oid } of await lastFirst('refs/heads/')) {
    const branch = ref.slice('refs/heads/'.length);
    if (head.kind !== 'branch' || head.branch !== branch) add(oid, { slot: 'localBranch', text: branch });
  }
  return found;
}

async function peeledCommit(repository: Repository, oid: string): Promise<string> {
  const { type, content } = await repository.store.read(oid);
  return type === 'tag' ? new TextDecoder().decode(content.subarray(7, 47)) : oid;
}

/** ` (HEAD -> main, tag: v1)`, or nothing. */
export function decorationText(commit: Commit, { decorations, paint }: CommitForm): string {
  const names = decorations?.get(commit.oid) ?? [];
  if (names.length === 0) return '';
  const shown = names.map(({ slot, text, branch }) =>
    branch === undefined ? paint(slot, text) : `${paint(slot, `${text} -> `)}${paint('localBranch', branch)}`,
  );
  return `${paint('commit', ' (')}${shown.join(paint('commit', ', '))}${paint('commit', ')')}`;
}

export function subjectOf(message: string): string {
  return (message.replace(/^\n+/, '').split(/\n\s*\n/)[0] ?? '').trimEnd().replaceAll('\n', ' ');
}

export function bodyOf(message: string): string {
  const plain = message.replace(/^\n+/, '');
  const at = /\n\s*\n/.exec(plain);
  return at ? `${plain.slice(at.index + at[0].length).trimEnd()}\n` : '';
}

/** Whether commits are told apart by an empty line, or each ends with a newline of its own. */
export function isSeparated(pretty: string): boolean {
  return pretty !== 'oneline' && !pretty.startsWith('tformat:') && !pretty.startsWith('format:');
}

/** The head of a commit, up to its message, ending with a newline where the form has lines. */
export async function commitText(repository: Repository, commit: Commit, form: CommitForm): Promise<string> {
  const { pretty, paint } = form;
  if (pretty.startsWith('format:') || pretty.startsWith('tformat:'))
    return formatted(repository, commit, pretty.slice(pretty.indexOf(':') + 1), form);
  const oid = form.abbreviates ? await repository.short(commit.oid) : commit.oid;
  if (pretty === 'oneline')
    return `${paint('commit', oid)}${decorationText(commit, form)} ${subjectOf(commit.message)}`;
  const nowSec = repository.process.kernel.clock.now().sec;
  const lines = [`${paint('commit', `commit ${oid}`)}${decorationText(commit, form)}`];
  const { author, committer } = commit;
  const who = (label: string, { name, email }: Commit['author']) => `${label}${name} <${email}>`;
  if (commit.parents.length > 1 && pretty !== 'raw') {
    const parents = await Promise.all(commit.parents.map((parent) => repository.short(parent)));
    lines.push(`Merge: ${parents.join(' ')}`);
  }
  const message = pretty === 'short' ? subjectOf(commit.message) : commit.message.trimEnd();
  if (pretty === 'fuller') {
    lines.push(who('Author:     ', author), `AuthorDate: ${dateText(author, form.date, nowSec)}`);
    lines.push(who('Commit:     ', committer), `CommitDate: ${dateText(committer, form.date, nowSec)}`);
  } else if (pretty === 'full') lines.push(who('Author: ', author), who('Commit: ', committer));
  else if (pretty === 'raw') lines.push(...(await rawLines(repository, commit)));
  else if (pretty === 'short') lines.push(who('Author: ', author));
  else if (pretty === 'medium') lines.push(who('Author: ', author), `Date:   ${dateText(author, form.date, nowSec)}`);
  else throw fatal(`invalid --pretty format: ${pretty}`);
  const indented = message.split('\n').map((line) => (line === '' && message === '' ? '' : `    ${line}`));
  return `${lines.join('\n')}\n\n${indented.join('\n')}\n`;
}

async function rawLines(repository: Repository, { oid }: Commit): Promise<string[]> {
  const text = new TextDecoder().decode(await repository.store.readAs(oid, 'commit'));
  return (text.split('\n\n')[0] ?? '').split('\n');
}

const COLOURS: Readonly<Record<string, string>> = {
  red: '31',
  green: '32',
  yellow: '33',
  blue: '34',
  magenta: '35',
  cyan: '36',
  bold: '1',
  reset: '',
};

/** The placeholders of `--format` (git-log(1), "PRETTY FORMATS"). Those that are not simulated are refused. */
async function formatted(repository: Repository, commit: Commit, format: string, form: CommitForm): Promise<string> {
  let text = '';
  const pattern = /%(?:(x[0-9a-fA-F]{2})|C\(([^)]*)\)|(C(?:red|green|blue|reset))|([ac][a-zA-Z]|[A-Za-z%]))/g;
  let at = 0;
  for (const match of format.matchAll(pattern)) {
    text += format.slice(at, match.index);
    at = match.index + match[0].length;
    const [, hex, named, short, letters] = match;
    if (hex !== undefined) text += String.fromCharCode(Number.parseInt(hex.slice(1), 16));
    else if (named !== undefined || short !== undefined) text += colourText(named ?? (short as string).slice(1), form);
    else text += await placeholder(repository, commit, letters as string, form);
  }
  return text + format.slice(at);
}

function colourText(words: string, { paint }: CommitForm): string {
  const isAuto = words.startsWith('auto');
  if (paint('head', 'x') === 'x') return '';
  if (isAuto && words !== 'auto' && !words.startsWith('auto,')) throw fatal(`unable to parse --pretty format`);
  const codes = words
    .replace(/^(auto|always),?/, '')
    .split(/\s+/)
    .filter((word) => word !== '')
    .map((word) => {
      const code = COLOURS[word];
      if (code === undefined) throw fatal(`the colour '${word}' is not simulated`);
      return code;
    });
  return `\x1b[${codes.join(';')}m`;
}

async function placeholder(repository: Repository, commit: Commit, letters: string, form: CommitForm): Promise<string> {
  const nowSec = repository.process.kernel.clock.now().sec;
  const signature = letters.startsWith('a') ? commit.author : letters.startsWith('c') ? commit.committer : undefined;
  if (signature && letters.length === 2) {
    const values: Readonly<Record<string, () => string>> = {
      n: () => signature.name,
      N: () => signature.name,
      e: () => signature.email,
      E: () => signature.email,
      l: () => signature.email.replace(/@.*/, ''),
      d: () => dateText(signature, form.date, nowSec),
      D: () => dateText(signature, 'rfc', nowSec),
      r: () => dateText(signature, 'relative', nowSec),
      t: () => String(signature.timeSec),
      i: () => dateText(signature, 'iso', nowSec),
      I: () => dateText(signature, 'iso-strict', nowSec),
      s: () => dateText(signature, 'short', nowSec),
    };
    const value = values[letters[1] as string];
    if (value) return value();
  }
  const short = (oid: string) => repository.short(oid);
  switch (letters) {
    case 'H':
      return commit.oid;
    case 'h':
      return short(commit.oid);
    case 'T':
      return commit.tree;
    case 't':
      return short(commit.tree);
    case 'P':
      return commit.parents.join(' ');
    case 'p':
      return (await Promise.all(commit.parents.map(short))).join(' ');
    case 's':
      return subjectOf(commit.message);
    case 'f':
      return subjectOf(commit.message)
        .replace(/[^A-Za-z0-9._]+/g, '-')
        .replace(/^-|-$/g, '');
    case 'b':
      return bodyOf(commit.message);
    case 'B':
      return commit.message;
    case 'd':
      return decorationText(commit, form);
    case 'D':
      return decorationText(commit, form).replace(/^ \(|\)$/g, '');
    case 'n':
      return '\n';
    case '%':
      return '%';
    default:
      throw fatal(`the placeholder %${letters} of --format is not simulated`);
  }
}
