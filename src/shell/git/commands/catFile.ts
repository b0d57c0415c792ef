import { objectIdOf } from '../../../git/objectId.ts';
import type { ObjectType } from '../../../git/objectStore.ts';
import { isTreeMode, parseTree } from '../../../git/tree.ts';
import { readFile } from '../../kernel/calls.ts';
import type { GitCall } from '../gitCall.ts';
import { fatal, GitFault } from '../gitFault.ts';
import { quotePath } from '../quotePath.ts';
import { resolveRevision } from '../revisions.ts';

const TYPES = ['blob', 'tree', 'commit', 'tag'] as const;

/** git-cat-file(1), of one object. */
export async function catFile(call: GitCall): Promise<number> {
  const options = call.options({
    options: { pretty: '-p', type: '-t', size: '-s', exists: '-e' },
    notSimulated:
      '--batch[=F] --batch-check[=F] --batch-command[=F] --batch-all-objects --buffer --unordered --textconv --filters --path=P --follow-symlinks --allow-unknown-type --use-mailmap --mailmap -Z -z',
  });
  const repository = await call.repository();
  const wanted = options.last('pretty', 'type', 'size', 'exists');
  const [type, name] = wanted ? [undefined, options.operands[0]] : options.operands;
  if (name === undefined) throw new GitFault('plain', 'usage: git cat-file (-e | -p | -t | -s) <object>\n', 129);
  const oid = await resolveRevision(repository, name);
  if (oid === undefined) {
    if (wanted === 'exists') return /^[0-9a-f]{40}$/.test(name) ? 1 : notAnObject(name);
    return notAnObject(name);
  }
  const object = await repository.store.read(oid);
  if (wanted === 'exists') return 0;
  if (wanted === 'type') await call.print(`${object.type}\n`);
  else if (wanted === 'size') await call.print(`${object.content.length}\n`);
  else if (wanted === undefined && !TYPES.includes(type as ObjectType)) throw fatal(`invalid object type "${type}"`);
  else if (wanted === undefined && type !== object.type) throw fatal(`git cat-file ${name}: bad file`);
  else if (object.type === 'tree' && wanted === 'pretty') {
    for (const { mode, name: inner, oid: id } of parseTree(object.content)) {
      const kind = isTreeMode(mode) ? 'tree' : mode === 0o160000 ? 'commit' : 'blob';
      await call.print(`${mode.toString(8).padStart(6, '0')} ${kind} ${id}\t${quotePath(inner)}\n`);
    }
  } else await call.process.print(object.content);
  return 0;
}

function notAnObject(name: string): never {
  throw fatal(`Not a valid object name ${name}`);
}

/** git-hash-object(1). */
export async function hashObject(call: GitCall): Promise<number> {
  const options = call.options({
    options: { write: '-w', stdin: '--stdin', type: '-t=TYPE' },
    notSimulated: '--stdin-paths --path=P --no-filters --literally',
  });
  const type = (options.value('type') ?? 'blob') as ObjectType;
  if (!TYPES.includes(type)) throw fatal(`invalid object type "${type}"`);
  const contents: Uint8Array[] = [];
  if (options.has('stdin')) contents.push(await call.process.readAll(0));
  for (const operand of options.operands) {
    const content = await readFile(call.process, operand).catch(() => {
      throw fatal(`could not open '${operand}' for reading: No such file or directory`);
    });
    contents.push(content);
  }
  const store = options.has('write') ? (await call.repository()).store : undefined;
  for (const content of contents)
    await call.print(`${store ? await store.write(type, content) : objectIdOf(type, content)}\n`);
  return 0;
}
