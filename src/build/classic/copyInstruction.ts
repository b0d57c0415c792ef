import { toHex } from '../../bytes/hex.ts';
import { BuildError } from '../buildError.ts';
import { rememberFiles } from '../copiedFiles.ts';
import type { AddInstruction, CopyInstruction } from '../instructions/instruction.ts';
import { sumOfAll } from './copySources.ts';
import { findCopySources } from './findCopySources.ts';
import { NEEDS_BUILDKIT } from './needsBuildkit.ts';
import { ownerOf } from './ownerOf.ts';
import { placeSource } from './placeFiles.ts';
import type { StepSetup } from './stepSetup.ts';
import type { StepTools } from './stepTools.ts';

/** Carries ADD or COPY out. Throws BuildError, EngineError. */
export async function copyInstruction(copy: AddInstruction | CopyInstruction, tools: StepTools): Promise<void> {
  const { setup, words, commit } = tools;
  const { engine, work, random } = setup.surroundings;
  if (copy.chmod !== '') throw new BuildError('instruction', `the --chmod ${NEEDS_BUILDKIT}`);
  const sources = await findCopySources(setup, copy, (text) => words.word(text));
  const destination = destinationOf(words.word(copy.destination), setup);
  if (sources.length > 1 && !destination.endsWith('/')) {
    throw new BuildError(
      'instruction',
      `When using ${copy.kind} with more than one source file, the destination must be a directory and end with a /`,
    );
  }
  const chown = words.word(copy.chown);
  const shownOwner = chown === '' ? '' : `--chown=${chown}`;
  const sum = sumOfAll(sources, work);
  rememberFiles(engine.images, sum, new Map(sources.flatMap(({ sums }) => [...sums])));
  const comment = `#(nop) ${copy.kind} ${shownOwner}${sum} in ${words.word(copy.destination)} `;
  const config = commit.commented([comment]);
  if (await commit.isCached(config)) return;
  const { mount, seal } = engine.images.mount(commit.layers());
  // What comes from a stage or an image keeps its owners (moby builder/dockerfile, preserveOwnership).
  const ownOrRoot = copy.kind === 'COPY' && copy.from !== '' ? undefined : { uid: 0, gid: 0 };
  const owner = chown === '' ? ownOrRoot : await ownerOf(mount, chown);
  const shownRoot = `/var/lib/docker/overlay2/${toHex(random(32))}/merged`;
  const unpacks = copy.kind === 'ADD';
  for (const source of sources) await placeSource(source, { mount, destination, owner, unpacks, shownRoot, work });
  await commit.commit(undefined, config, await seal());
}

function destinationOf(path: string, setup: StepSetup): string {
  if (path.startsWith('/')) return clean(path);
  const { WorkingDir } = setup.build.config;
  return clean(`${WorkingDir === '' ? '/' : WorkingDir}/${path}`);
}

/** A path without `.`, `..` and double slashes; a slash at its end stays. */
function clean(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  const ends = path.endsWith('/') || path.endsWith('/.');
  return parts.length === 0 ? '/' : `/${parts.join('/')}${ends ? '/' : ''}`;
}
