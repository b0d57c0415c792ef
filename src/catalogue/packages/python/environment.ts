import * as calls from '../../../shell/kernel/calls.ts';
import type { Process } from '../../../shell/kernel/process.ts';
import { standIn } from '../../../shell/kernel/standIn.ts';
import type { PythonHome } from './pythonHome.ts';

const OPTIONS = new Set([
  '--system-site-packages',
  '--symlinks',
  '--copies',
  '--clear',
  '--upgrade',
  '--without-pip',
  '--upgrade-deps',
]);

/** `python -m venv FOLDER…` (PEP 405). */
export async function makeEnvironment(process: Process, home: PythonHome, words: readonly string[]): Promise<number> {
  const unknown = words.find((word) => word.startsWith('-') && !OPTIONS.has(word));
  const folders = words.filter((word) => !word.startsWith('-'));
  if (unknown !== undefined || folders.length === 0) {
    const why =
      unknown === undefined ? 'the following arguments are required: ENV_DIR' : `unrecognized arguments: ${unknown}`;
    await process.write(2, `usage: venv [-h] ENV_DIR [ENV_DIR ...]\nvenv: error: ${why}\n`);
    return 2;
  }
  const executable = home.prefix === '/usr' ? '/usr/bin/python3' : `${home.prefix}/bin/python3`;
  for (const folder of folders) {
    const top = folder.startsWith('/') ? folder : `${process.cwd === '/' ? '' : process.cwd}/${folder}`;
    const site = `${top}/lib/python${home.minor}/site-packages`;
    for (const path of [`${top}/bin`, `${top}/include`, site]) calls.makeDirectories(process, path, 0o755);
    if (!calls.lstatIfThere(process, `${top}/lib64`)) calls.symlink(process, 'lib', `${top}/lib64`);
    await calls.writeFile(
      process,
      `${top}/pyvenv.cfg`,
      `home = ${executable.slice(0, executable.lastIndexOf('/'))}\ninclude-system-site-packages = ${words.includes('--system-site-packages')}\nversion = ${home.version}\nexecutable = ${executable}\ncommand = ${executable} -m venv ${top}\n`,
    );
    for (const [name, target] of [
      ['python3', executable],
      ['python', 'python3'],
      [`python${home.minor}`, 'python3'],
    ] as const)
      if (!calls.lstatIfThere(process, `${top}/bin/${name}`)) calls.symlink(process, target, `${top}/bin/${name}`);
    await calls.writeFile(
      process,
      `${top}/bin/activate`,
      `# To be used with "source bin/activate"\ndeactivate () {\n    PATH="$_OLD_VIRTUAL_PATH"\n    export PATH\n    unset VIRTUAL_ENV _OLD_VIRTUAL_PATH\n}\n_OLD_VIRTUAL_PATH="$PATH"\nVIRTUAL_ENV='${top}'\nPATH="$VIRTUAL_ENV/bin:$PATH"\nexport VIRTUAL_ENV PATH\n`,
    );
    if (!words.includes('--without-pip')) await addPip(process, top, site, home);
  }
  return 0;
}

async function addPip(process: Process, top: string, site: string, home: PythonHome): Promise<void> {
  const version = process.env.get('PYTHON_PIP_VERSION') ?? '23.0.1';
  const info = `pip-${version}.dist-info`;
  calls.makeDirectories(process, `${site}/pip`);
  calls.makeDirectories(process, `${site}/${info}`);
  const files = ['pip/__init__.py', `${info}/METADATA`, `${info}/RECORD`];
  await calls.writeFile(process, `${site}/pip/__init__.py`, '# A stand-in of pip.\n');
  await calls.writeFile(
    process,
    `${site}/${info}/METADATA`,
    `Metadata-Version: 2.1\nName: pip\nVersion: ${version}\n\n`,
  );
  await calls.writeFile(process, `${site}/${info}/RECORD`, files.map((path) => `${path},,\n`).join(''));
  for (const name of ['pip', 'pip3', `pip${home.minor}`])
    await calls.writeFile(process, `${top}/bin/${name}`, standIn('pip'), 0o755);
}
