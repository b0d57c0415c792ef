import { decodeName } from '../../../bytes/byteName.ts';
import { readFile } from '../../kernel/calls.ts';
import { VfsError } from '../../../vfs/vfsError.ts';
import type { Shell } from '../state/shell.ts';
import type { Soon } from '../waiting.ts';

/** What `~user` stands for; itself where there is no such user. */
export function tildeValue(shell: Shell, user: string): Soon<string> {
  const { variables } = shell;
  switch (user) {
    case '': {
      const home = variables.get('HOME');
      return home ?? homeOf(shell, shell.process.credentials.uid, '~');
    }
    case '+':
      return variables.get('PWD') ?? shell.process.cwd;
    case '-':
      return variables.get('OLDPWD') ?? '~-';
    default:
      if (/^[+-]?\d+$/.test(user)) return stacked(shell, user);
      return homeOf(shell, user, `~${user}`);
  }
}

function stacked(shell: Shell, text: string): string {
  const stack = [shell.process.cwd, ...shell.directoryStack];
  const at = text.startsWith('-') ? stack.length - 1 - Number(text.slice(1)) : Number(text);
  return stack[at] ?? `~${text}`;
}

/** The home of a user by name or id, as /etc/passwd has it. */
export async function homeOf(shell: Shell, user: string | number, otherwise: string): Promise<string> {
  const line = (await passwdLines(shell)).find(([name, , uid]) =>
    typeof user === 'number' ? uid === String(user) : name === user,
  );
  return line?.[5] ?? otherwise;
}

export async function passwdLines(shell: Shell): Promise<string[][]> {
  try {
    const text = decodeName(await readFile(shell.process, '/etc/passwd', 1 << 20));
    return text.split('\n').map((line) => line.split(':'));
  } catch (error) {
    if (error instanceof VfsError) return [];
    throw error;
  }
}
