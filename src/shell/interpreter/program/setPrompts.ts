import type { Shell } from '../state/shell.ts';

/** Prompts are there before the startup files ask for them. */
export function setPrompts(shell: Shell): void {
  const { variables } = shell;
  const isRoot = shell.process.credentials.uid === 0;
  const usual = shell.isBash ? '\\s-\\v\\$ ' : shell.dialect === 'ash' ? '\\w \\$ ' : isRoot ? '# ' : '$ ';
  if (variables.get('PS1') === undefined) variables.set('PS1', usual);
  if (variables.get('PS2') === undefined) variables.set('PS2', '> ');
}
