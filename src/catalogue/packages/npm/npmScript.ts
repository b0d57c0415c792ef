import * as calls from '../../../shell/kernel/calls.ts';
import { exitCode } from '../../../shell/kernel/waitStatus.ts';
import type { Process } from '../../../shell/kernel/process.ts';
import { runCommand } from '../../../shell/utilities/launch.ts';
import { type PackageJson, table, textField } from './npmProject.ts';
import type { NpmRun } from './npmRun.ts';

/** `npm run`: a script with those before and behind it; without a name, which there are. */
export async function runScript(
  { process, given }: NpmRun,
  folder: string,
  json: PackageJson,
  name: string | undefined,
  words: readonly string[],
): Promise<number> {
  const scripts = table(json, 'scripts');
  if (name === undefined) return showScripts(process, json);
  const usual = name === 'start' && calls.statIfThere(process, `${folder}/server.js`) ? 'node server.js' : undefined;
  if ((scripts[name] ?? usual) === undefined) {
    if (given.has('if-present')) return 0;
    return missingScript(process, name);
  }
  process.setEnv('PATH', `${folder}/node_modules/.bin:${process.env.get('PATH') ?? ''}`);
  process.setEnv('npm_lifecycle_event', name);
  for (const one of [`pre${name}`, name, `post${name}`]) {
    const text = scripts[one] ?? (one === name ? usual : undefined);
    if (text === undefined) continue;
    const line = one === name && words.length > 0 ? `${text} ${words.join(' ')}` : text;
    if (!given.has('silent'))
      await process.print(
        `\n> ${textField(json, 'name') ?? ''}@${textField(json, 'version') ?? ''} ${one}\n> ${line}\n\n`,
      );
    const code = exitCode(await runCommand(process, ['sh', '-c', line]));
    if (code !== 0) return code;
  }
  return 0;
}

async function showScripts(process: Process, json: PackageJson): Promise<number> {
  const scripts = table(json, 'scripts');
  const isUsual = (one: string) => ['test', 'start', 'stop', 'restart'].includes(one);
  const full = `${textField(json, 'name') ?? ''}@${textField(json, 'version') ?? ''}`;
  const show = (all: readonly (readonly [string, string])[]) =>
    all.map(([one, text]) => `  ${one}\n    ${text}\n`).join('');
  const [usual, others] = [true, false].map((wanted) =>
    Object.entries(scripts).filter(([one]) => isUsual(one) === wanted),
  ) as [[string, string][], [string, string][]];
  if (usual.length > 0) await process.print(`Lifecycle scripts included in ${full}:\n${show(usual)}`);
  if (others.length > 0)
    await process.print(`${usual.length > 0 ? '\n' : ''}available via \`npm run-script\`:\n${show(others)}`);
  return 0;
}

async function missingScript(process: Process, name: string): Promise<number> {
  await process.write(
    2,
    `npm ERR! Missing script: "${name}"\nnpm ERR! \nnpm ERR! To see a list of scripts, run:\nnpm ERR!   npm run\n`,
  );
  return 1;
}
