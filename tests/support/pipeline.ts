import { O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY } from '../../src/vfs/overlay/openFlags.ts';
import { open } from '../../src/shell/kernel/calls.ts';
import type { OpenFile } from '../../src/shell/kernel/openFile.ts';
import { makePipe } from '../../src/shell/kernel/pipe.ts';
import type { Process } from '../../src/shell/kernel/process.ts';
import { exitCode } from '../../src/shell/kernel/waitStatus.ts';
import { startCommand } from '../../src/shell/utilities/launch.ts';

interface Stage {
  readonly argv: string[];
  input?: string;
  output?: string;
  joinsErrors?: boolean;
}

/** Runs a line of commands without a shell: words with quotes, `|`, `< FILE`, `> FILE` and `2>&1`. Nothing is expanded.
 *  Gives the status of the last command. */
export async function runPipeline(process: Process, line: string): Promise<number> {
  const stages = parse(line);
  const children: Process[] = [];
  let previous: OpenFile | undefined;
  for (const [index, stage] of stages.entries()) {
    const pipe = index < stages.length - 1 ? makePipe() : undefined;
    const files = new Map<number, OpenFile>();
    const opened: OpenFile[] = [];
    for (const fd of [0, 1, 2]) files.set(fd, process.file(fd));
    if (previous) files.set(0, previous);
    if (stage.input !== undefined) {
      const file = await open(process, stage.input, O_RDONLY);
      opened.push(file);
      files.set(0, file);
    }
    if (pipe) files.set(1, pipe.writeEnd);
    if (stage.output !== undefined) {
      const file = await open(process, stage.output, O_WRONLY | O_CREAT | O_TRUNC);
      opened.push(file);
      files.set(1, file);
    }
    if (stage.joinsErrors) files.set(2, files.get(1) as OpenFile);
    try {
      children.push(await startCommand(process, stage.argv, { files }));
    } finally {
      for (const file of opened) file.close();
      previous?.close();
      pipe?.writeEnd.close();
    }
    previous = pipe?.readEnd;
  }
  const statuses = await Promise.all(children.map((child) => child.wait()));
  return exitCode(statuses.at(-1) ?? { code: 0 });
}

function parse(line: string): Stage[] {
  const stages: Stage[] = [{ argv: [] }];
  const pattern = /\s*(?:(2>&1)|([|<>])|((?:'[^']*'|"[^"]*"|\\.|[^\s'"\\|<>])+))/gy;
  let redirect: '<' | '>' | undefined;
  for (const [, joins, operator, word] of line.matchAll(pattern)) {
    const stage = stages.at(-1) as Stage;
    if (joins) stage.joinsErrors = true;
    else if (operator === '|') stages.push({ argv: [] });
    else if (operator === '<' || operator === '>') redirect = operator;
    else if (word !== undefined) {
      const plain = word.replace(
        /'([^']*)'|"([^"]*)"|\\(.)/g,
        (_, single, double, escaped) => single ?? double ?? escaped,
      );
      if (redirect === '<') stage.input = plain;
      else if (redirect === '>') stage.output = plain;
      else stage.argv.push(plain);
      redirect = undefined;
    }
  }
  return stages;
}
