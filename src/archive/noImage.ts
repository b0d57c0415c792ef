import { ArchiveError } from './archive.ts';
import { openDockerArchive } from './dockerArchive.ts';
import { openOciLayout } from './ociLayout.ts';
import type { OpenContext } from './openContext.ts';

/** The container is one of images, but none can be had: says why as exactly as is known. */
export async function noImage(context: OpenContext): Promise<ArchiveError> {
  const { fileName, isCut } = context;
  const worst = context.findings.list().find(({ severity }) => severity === 'error');
  const offset = typeof worst?.params.offset === 'number' ? worst.params.offset : undefined;
  if (isCut) {
    return new ArchiveError('truncated', '', offset, `${fileName}: breaks off before its list of images`);
  }
  if (context.members.has('oci-layout') && !context.members.has('index.json')) {
    return new ArchiveError('missing', 'index.json', undefined, `${fileName}: is an OCI layout, but has no index.json`);
  }
  for (const path of ['manifest.json', 'index.json']) {
    if (!context.members.has(path)) continue;
    const fault = await documentProblem(context, path);
    if (fault) return fault;
  }
  if (worst?.code === 'manifestMissing' || worst?.code === 'digestInvalid') {
    const message = `${fileName}: the manifest ${worst.params.digest ?? ''} is not in it`;
    return new ArchiveError('missing', 'index.json', undefined, message);
  }
  if (worst?.code === 'v1IdInvalid') {
    const message = `${fileName}: repositories names "${worst.params.id ?? ''}", which is no image ID`;
    return new ArchiveError('malformed', 'repositories', undefined, message);
  }
  if (worst?.code === 'manifestUnreadable') {
    return new ArchiveError('malformed', 'index.json', undefined, `${fileName}: ${worst.params.fault ?? ''}`);
  }
  const list = ['manifest.json', 'index.json'].find((path) => context.members.has(path));
  if (list !== undefined && !worst) return new ArchiveError('noImage', list, undefined, `${fileName}: names no image`);
  return new ArchiveError('noImage', '', undefined, `${fileName}: holds parts of images, but no image`);
}

async function documentProblem(context: OpenContext, path: string): Promise<ArchiveError | undefined> {
  try {
    if (path === 'manifest.json') await openDockerArchive(context);
    else await openOciLayout(context);
    return undefined;
  } catch (error) {
    if (error instanceof ArchiveError) return error;
    throw error;
  }
}
