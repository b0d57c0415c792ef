import * as calls from '../../../shell/kernel/calls.ts';
import type { Process } from '../../../shell/kernel/process.ts';
import { findCommand } from '../../../shell/utilities/launch.ts';
import { installedVersion } from '../../services/installedVersion.ts';
import { readStatus } from '../dpkgStatus.ts';

/** A Python as it is installed: the image's own, the distribution's, or a virtual environment. */
export interface PythonHome {
  /** `3.11.6`. */
  readonly version: string;
  /** `3.11`. */
  readonly minor: string;
  /** `/usr/local`, `/opt/venv`. */
  readonly prefix: string;
  /** Where pip puts packages, and where else they are looked for. */
  readonly site: string;
  readonly others: readonly string[];
  readonly library: string;
  readonly isEnvironment: boolean;
  /** The distribution's packager asks pip to keep out (PEP 668). */
  readonly isManaged: boolean;
}

const LIBRARY_FOLDERS = ['lib', 'lib64'] as const;

/** The Python of the program that runs: `python3`, `pip`. Undefined where no library is near it. */
export async function pythonHome(process: Process): Promise<PythonHome | undefined> {
  const called = process.argv[0] ?? '';
  const path = called.includes('/') ? called : (findCommand(process, called) ?? `/usr/bin/${called}`);
  const folder = path.slice(0, path.lastIndexOf('/')) || '/';
  const prefix = folder.slice(0, folder.lastIndexOf('/')) || '/usr';
  const isEnvironment = calls.statIfThere(process, `${prefix}/pyvenv.cfg`) !== undefined;
  const minor = minorOf(process, prefix === '' ? '/usr' : prefix);
  if (minor === undefined) return undefined;
  const library = libraryOf(process, prefix, minor) ?? `${prefix}/lib/python${minor}`;
  const isDebian = prefix === '/usr' && calls.statIfThere(process, '/etc/debian_version') !== undefined;
  const isRpm = prefix === '/usr' && calls.statIfThere(process, '/var/lib/rpm') !== undefined;
  const local = `/usr/local/lib/python${minor}`;
  const own = `${prefix}/lib/python${minor}/site-packages`;
  return {
    version: await versionOf(process, prefix, minor),
    minor,
    prefix,
    site: isDebian ? `${local}/dist-packages` : isRpm ? `${local}/site-packages` : own,
    others: isDebian ? ['/usr/lib/python3/dist-packages'] : isRpm ? [own] : [],
    library,
    isEnvironment,
    isManaged: !isEnvironment && calls.statIfThere(process, `${library}/EXTERNALLY-MANAGED`) !== undefined,
  };
}

function minorOf(process: Process, prefix: string): string | undefined {
  for (const folder of LIBRARY_FOLDERS) {
    const path = `${prefix}/${folder}`;
    if (!calls.statIfThere(process, path)) continue;
    const found = calls
      .readdir(process, path)
      .map(({ name }) => /^python(3\.\d+|2\.7)$/.exec(name)?.[1])
      .filter((one) => one !== undefined)
      .sort((a, b) => Number(b.slice(2)) - Number(a.slice(2)));
    const wanted = process.name.match(/(?:python|pip)(2|3)/)?.[1];
    const one = found.find((minor) => wanted === undefined || minor.startsWith(wanted));
    if (one !== undefined) return one;
  }
  return undefined;
}

function libraryOf(process: Process, prefix: string, minor: string): string | undefined {
  return LIBRARY_FOLDERS.map((folder) => `${prefix}/${folder}/python${minor}`).find((path) =>
    calls.statIfThere(process, `${path}/os.py`),
  );
}

async function versionOf(process: Process, prefix: string, minor: string): Promise<string> {
  const told = process.env.get('PYTHON_VERSION');
  if (prefix !== '/usr' && told?.startsWith(`${minor}.`)) return told;
  const packaged =
    (await installedVersion(process, minor.startsWith('2') ? 'python' : 'python3')) ??
    (await readStatus(process)).get(`python${minor}`)?.version.replace(/[-~].*$/, '');
  return packaged?.startsWith(minor) ? packaged : `${minor}.0`;
}
