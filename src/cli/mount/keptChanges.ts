import { stat } from 'node:fs/promises';
import { writeTar } from '../../tar/writeTar.ts';
import { scanTar } from '../../tar/scanTar.ts';
import { LayerTreeBuilder } from '../../vfs/layerTreeBuilder.ts';
import { applyLayer } from '../../vfs/overlay/applyLayer.ts';
import type { Layer } from '../../vfs/overlay/layer.ts';
import { LayerTreeLayer } from '../../vfs/overlay/layerTreeLayer.ts';
import { sealLayer } from '../../vfs/overlay/seal.ts';
import type { Upper } from '../../vfs/overlay/upper.ts';
import type { CommandContext } from '../command.ts';
import { writeOutput } from '../outputFile.ts';
import { tellSealNotes } from './sealNotes.ts';

/** Puts the changes of an earlier mount into an upper; none where the file is not there yet. */
export async function loadChanges(path: string, upper: Upper, context: CommandContext): Promise<void> {
  const isThere = await stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
  if (!isThere) return;
  const { openFileSource } = await import('../../platform/node.ts');
  const source = await openFileSource(path);
  context.onExit(() => source.close());
  const builder = new LayerTreeBuilder();
  const { totalBytes } = await scanTar(source, builder.add.bind(builder), { signal: context.signal });
  applyLayer(new LayerTreeLayer(builder.finish(totalBytes).tree, source, upper.id), upper);
}

/** Writes the changes, whole or not at all. */
export async function keepChanges(path: string, changes: Layer, context: CommandContext): Promise<void> {
  const notes = tellSealNotes(context);
  await writeOutput(path, 'replace', writeTar(sealLayer(changes, 'exact', notes)), context);
  await notes.finish();
}
