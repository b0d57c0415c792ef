import type { Process } from '../../shell/kernel/process.ts';
import { readInstalled } from '../packages/apk/apkDatabase.ts';
import { readRpmDatabase } from '../packages/rpm/rpmDatabase.ts';

/** What apk or rpm installed of a program, without their releases. */
export async function installedVersion(process: Process, name: string): Promise<string | undefined> {
  const ofApk = (await readInstalled(process)).get(name)?.version.replace(/-r\d+$/, '');
  return ofApk ?? (await readRpmDatabase(process)).get(name)?.version;
}
