import type { Program } from '../kernel/program.ts';
import { Screen } from './screen.ts';
import { utility } from './utility.ts';
import { ViEditor } from './viEditor.ts';

/** A small editor with the keys of vi. */
export const vi: Program = utility(
  {
    usage: '[OPTION]... [FILE]',
    // No swap file is kept, and the old vi's ways are not followed: -n and -N ask for nothing else.
    options: { command: '-c=COMMAND', readOnly: '-R', plain: '-n -N' },
    notSimulated: '-e -s -b -E -C',
    version: '9.0 (the simulated one)',
  },
  async (process, options) => {
    const screen = Screen.open(process, { escape: 'apart' });
    if (!screen) {
      await process.complain('standard output is not a terminal');
      return 1;
    }
    const plus = options.operands.find((word) => word.startsWith('+'));
    const path = options.operands.find((word) => !word.startsWith('+'));
    await screen.begin();
    try {
      const editor = new ViEditor(process, screen);
      if (path !== undefined) await editor.ex(`e ${path}`);
      const { message } = editor.state;
      if (plus !== undefined) await editor.ex(plus === '+' ? '$' : plus.slice(1));
      if (editor.state.message === '') editor.state.message = message;
      if (options.has('readOnly')) editor.state.settings.isReadOnly = true;
      for (const command of options.values('command')) await editor.ex(command);
      await editor.run();
    } finally {
      await screen.end();
    }
    return 0;
  },
);
