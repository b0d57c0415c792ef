import { readFile } from 'node:fs/promises';
import { Catalogue } from '../../src/catalogue/catalogue.ts';
import { cataloguePrograms } from '../../src/catalogue/programs.ts';
import { LabNetwork } from '../../src/machine/labNetwork.ts';
import { joinPrograms } from '../../src/machine/programs.ts';
import { nodePlatform } from '../../src/platform/node.ts';
import { MountNamespace } from '../../src/shell/kernel/mountNamespace.ts';
import { scanTar } from '../../src/tar/scanTar.ts';
import { LayerTreeBuilder } from '../../src/vfs/layerTreeBuilder.ts';
import { LayerTreeLayer } from '../../src/vfs/overlay/layerTreeLayer.ts';
import { OverlayMount } from '../../src/vfs/overlay/overlayMount.ts';
import { Upper } from '../../src/vfs/overlay/upper.ts';
import { SHELL_PROGRAMS } from '../support/shellPrograms.ts';
import { type TestKernel, testKernel } from '../support/testKernel.ts';

export const catalogue = new Catalogue(
  { text: (path) => readFile(new URL(`../../public/catalogue/${path}`, import.meta.url), 'utf8') },
  nodePlatform(),
);

const layersMade = new Map<string, Promise<readonly LayerTreeLayer[]>>();

/** Of an image, the topmost first; made once. */
function imageLayers(repository: string, tag: string): Promise<readonly LayerTreeLayer[]> {
  const name = `${repository}:${tag}`;
  const layers = layersMade.get(name) ?? readLayers(repository, tag);
  layersMade.set(name, layers);
  return layers;
}

async function readLayers(repository: string, tag: string): Promise<readonly LayerTreeLayer[]> {
  const image = await catalogue.image(repository, tag);
  const lowers: LayerTreeLayer[] = [];
  for (const { tar: source } of image?.layers ?? []) {
    const builder = new LayerTreeBuilder();
    const { totalBytes } = await scanTar(source, builder.add.bind(builder));
    lowers.unshift(new LayerTreeLayer(builder.finish(totalBytes).tree, source, new Uint8Array(16)));
  }
  return lowers;
}

/** A machine whose root is an image of the catalogue, with shells, utilities and a network. */
export async function imageKernel(repository: string, tag: string): Promise<TestKernel> {
  const network = new LabNetwork();
  network.addHost('testhost');
  const programs = joinPrograms(SHELL_PROGRAMS, cataloguePrograms(catalogue));
  const machine = testKernel({ programs, network });
  const lowers = await imageLayers(repository, tag);
  const root = new OverlayMount({ lowers, upper: new Upper({ now: () => machine.kernel.clock.now() }) });
  machine.namespaces.mounts = new MountNamespace(root);
  return machine;
}
