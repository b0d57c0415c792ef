import * as calls from '../../../shell/kernel/calls.ts';
import type { Process } from '../../../shell/kernel/process.ts';
import type { Program } from '../../../shell/kernel/program.ts';
import { findCommand } from '../../../shell/utilities/launch.ts';
import type { Catalogue } from '../../catalogue.ts';
import { installedVersion } from '../../services/installedVersion.ts';
import { NpmArguments } from './npmArguments.ts';
import { npmCache } from './npmCache.ts';
import { npmConfig } from './npmConfig.ts';
import { installGlobally } from './npmGlobalInstall.ts';
import { initProject } from './npmInit.ts';
import { npmError } from './npmInstall.ts';
import { listPackages } from './npmList.ts';
import { readJson } from './npmProject.ts';
import { cleanInstall, install, noPackage, uninstall } from './npmProjectInstall.ts';
import type { NpmRun } from './npmRun.ts';
import { runScript } from './npmScript.ts';
import { viewPackage } from './npmView.ts';

/** Of Node 20.9. */
const DEFAULT_VERSION = '10.1.0';
const COMMANDS: Readonly<Record<string, string>> = {
  i: 'install',
  in: 'install',
  add: 'install',
  install: 'install',
  ci: 'ci',
  'clean-install': 'ci',
  un: 'uninstall',
  rm: 'uninstall',
  remove: 'uninstall',
  uninstall: 'uninstall',
  ls: 'ls',
  list: 'ls',
  run: 'run',
  'run-script': 'run',
  start: 'start',
  test: 'test',
  t: 'test',
  init: 'init',
  cache: 'cache',
  root: 'root',
  prefix: 'prefix',
  config: 'config',
  audit: 'audit',
  view: 'view',
  fund: 'fund',
  version: 'version',
};

/** npm, over the catalogue's packages. */
export function npm(catalogue: Catalogue): Program {
  return async (process) => {
    const given = NpmArguments.parse(process.argv.slice(1));
    if ('unknown' in given) return npmError(process, 'EUSAGE', [`option ${given.unknown} is not simulated`]);
    const [word = '', ...rest] = given.operands;
    const cacheAsked = given.value('cache');
    if (cacheAsked !== undefined) process.setEnv('npm_config_cache', cacheAsked);
    if (given.has('force')) await process.write(2, 'npm WARN using --force Recommended protections disabled.\n');
    const version = (await installedVersion(process, 'npm'))?.replace(/-.*$/, '') ?? DEFAULT_VERSION;
    if (word === '' && given.has('version')) return printed(process, `${version}\n`);
    const command = Object.hasOwn(COMMANDS, word) ? COMMANDS[word] : undefined;
    if (command === undefined) {
      if (word !== '' && word !== 'help')
        return npmError(process, 'EUSAGE', [`Unknown command: "${word}", or one that is not simulated`]);
      await process.print(
        `npm <command>\n\nUsage:\n\nAll commands that are simulated:\n\n    ${[...new Set(Object.values(COMMANDS))].sort().join(', ')}\n\nnpm@${version}\n`,
      );
      return given.has('help') || word === 'help' ? 0 : 1;
    }
    const found = findCommand(process, 'npm') ?? '/usr/local/bin/npm';
    const prefix = found.slice(0, found.lastIndexOf('/bin/')) || '/usr';
    return perform({ process, catalogue, given, prefix, version }, command, rest);
  };
}

async function printed(process: Process, text: string): Promise<number> {
  await process.print(text);
  return 0;
}

async function perform(run: NpmRun, command: string, operands: readonly string[]): Promise<number> {
  const { process, given, prefix } = run;
  const folder = projectFolder(process);
  switch (command) {
    case 'root':
      return printed(process, `${given.has('global') ? `${prefix}/lib` : folder}/node_modules\n`);
    case 'prefix':
      return printed(process, `${given.has('global') ? prefix : folder}\n`);
    case 'config':
      return npmConfig(process, operands);
    case 'fund':
      return 0;
    case 'audit':
      return printed(process, 'found 0 vulnerabilities\n');
    case 'cache':
      return npmCache(run, operands);
    case 'init':
      return initProject(run);
    case 'view':
      return viewPackage(run, operands);
    default:
      break;
  }
  if (command === 'install' && given.has('global')) return installGlobally(run, operands);
  const json = await readJson(process, `${folder}/package.json`);
  if (typeof json === 'string')
    return npmError(process, 'EJSONPARSE', [`JSON.parse Failed to parse ${folder}/package.json: ${json}`]);
  switch (command) {
    case 'install':
      return install(run, folder, json, operands);
    case 'ci':
      return cleanInstall(run, folder, json);
    case 'uninstall':
      return uninstall(run, folder, json ?? {}, operands);
    case 'ls':
      return listPackages(run, folder, json ?? {});
    default: {
      if (!json) return noPackage(process, folder);
      const [name, ...words] = command === 'run' ? operands : [command, ...operands];
      return runScript(run, folder, json, name, words);
    }
  }
}

/** The nearest folder above that is a project; the current one where none is. */
function projectFolder(process: Process): string {
  for (let at = process.cwd; at !== '' && at !== '/'; at = at.slice(0, at.lastIndexOf('/')))
    if (calls.statIfThere(process, `${at}/package.json`) || calls.statIfThere(process, `${at}/node_modules`)) return at;
  return process.cwd === '/' ? '' : process.cwd;
}
