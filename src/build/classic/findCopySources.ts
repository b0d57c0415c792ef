import { MemorySource } from '../../bytes/byteSource.ts';
import type { Digest } from '../../image/digest.ts';
import { BuildError } from '../buildError.ts';
import type { AddInstruction, CopyInstruction } from '../instructions/instruction.ts';
import type { StepSetup } from './stepSetup.ts';
import { type FileSet, type SourceFile, tarSum } from './contextFiles.ts';
import { type CopySource, findSources } from './copySources.ts';
import { ImageFiles } from './imageFiles.ts';
import type { StageBuild } from './stageBuild.ts';

/** What an address without a name gives, where the destination says how it is to be called. */
const UNNAMED = '__unnamed__';

/** Finds what COPY or ADD names: in the context, in an earlier stage or an image, at an address. `expand` fills in
 *  variables. Throws BuildError with the daemon's words. */
export async function findCopySources(
  setup: StepSetup,
  copy: AddInstruction | CopyInstruction,
  expand: (text: string) => string,
): Promise<readonly CopySource[]> {
  const { work } = setup.surroundings;
  const from = copy.kind === 'COPY' ? copy.from : '';
  const files = from === '' ? setup.context : await stageFiles(setup, from);
  const found: CopySource[] = [];
  const named = copy.sources.map(expand);
  const target = expand(copy.destination);
  try {
    for (const source of named) {
      if (/^https?:\/\//.test(source)) {
        if (copy.kind === 'COPY') throw new BuildError('context', "source can't be a URL for COPY");
        found.push(await download(setup, source, target));
      } else found.push(...(await findSources(files, source, { isContext: from === '' }, work)));
    }
    if (found.length === 0) throw new BuildError('context', 'no source files were specified');
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    throw new BuildError(error.code, `${copy.kind} failed: ${error.message}`);
  }
  return found;
}

async function stageFiles({ build, stages, surroundings, findImage }: StepSetup, from: string): Promise<FileSet> {
  const { engine, owners, work } = surroundings;
  const earlier = stages.filter((stage) => stage !== build);
  const stage =
    earlier.find(({ name }) => name !== '' && name === from.toLowerCase()) ??
    numbered(earlier, stages.length - 1, from);
  let layers: readonly Digest[];
  if (stage) {
    layers = stage.imageId === undefined ? [] : engine.images.find(stage.imageId).layers.map(({ diffId }) => diffId);
  } else {
    try {
      layers = (await findImage(from)).layers.map(({ diffId }) => diffId);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new BuildError('stage', `invalid from flag value ${from}: ${why}`);
    }
  }
  return new ImageFiles(engine.images.mount(layers).mount, owners, work);
}

async function download({ context, surroundings }: StepSetup, url: string, target: string): Promise<CopySource> {
  const { work } = surroundings;
  const { name: given, bytes, modifiedSec } = await surroundings.download(url);
  await surroundings.print('\n');
  const name = given === '' && !target.endsWith('/') ? UNNAMED : given;
  if (name === '') throw new BuildError('context', `cannot determine filename for source ${url}`);
  const content = new MemorySource(bytes);
  const header = {
    name,
    mode: 0o100600,
    uid: 0,
    gid: 0,
    sizeBytes: bytes.length,
    typeflag: '0',
    linkName: '',
    userName: surroundings.owners.users.get(0) ?? '',
    groupName: surroundings.owners.groups.get(0) ?? '',
  };
  const sum = await tarSum(header, content, work);
  const file: SourceFile = {
    path: name,
    kind: 'file',
    mode: 0o600,
    uid: 0,
    gid: 0,
    mtime: { sec: modifiedSec ?? 0, nsec: 0 },
    sizeBytes: bytes.length,
    linkTarget: '',
    content,
    sum: async () => sum,
  };
  return { file, name, files: context, sum, sums: new Map([[url, sum]]), isDownload: true };
}

/** By number, `current` being that of the stage that asks (moby builder/dockerfile, stagesBuildResults). */
function numbered(earlier: readonly StageBuild[], current: number, text: string): StageBuild | undefined {
  if (!/^[+-]?\d+$/.test(text)) return undefined;
  const index = Number(text);
  const stage = earlier[index];
  if (stage) return stage;
  const why = index === current ? 'refers to current build stage' : 'index out of bounds';
  throw new BuildError('stage', `invalid from flag value ${text}: ${why}`);
}
