// The steps of a stage, carried out one after another.
import { cleanPath } from '../classic/contextFiles.ts';
import { resolveWorkingDir } from '../plan/carryOut.ts';
import type { PlannedStep } from '../plan/stageState.ts';
import { copyOwner } from './copyOwner.ts';
import { copyStep } from './copyStep.ts';
import type { LayerStack } from './layerStack.ts';
import { makeFolders } from './placeSelection.ts';
import { runStep } from './runStep.ts';
import { cached, type StepSetup } from './stepWork.ts';

const WORKING_DIR_MODE = 0o755;

/** Carries a step out on top of a stack. Throws StepFailed. */
export async function carryOutStep(step: PlannedStep, base: LayerStack, setup: StepSetup): Promise<LayerStack> {
  const { body } = step.instruction;
  switch (body.kind) {
    case 'RUN':
      return runStep(step, body, base, setup);
    case 'COPY':
    case 'ADD':
      return copyStep(step, body, base, setup);
    case 'WORKDIR': {
      const { workingDir, user } = step.surroundings;
      const path = resolveWorkingDir(workingDir, body.path);
      if (path === '/') return base;
      return cached({ kind: 'mkdir', path, user }, base, setup, { isIgnored: false }, async (mount) => {
        const owner = user === '' ? undefined : await copyOwner(mount, user);
        makeFolders(`/${cleanPath(path)}`, WORKING_DIR_MODE, { mount, owner });
      });
    }
    default:
      return base;
  }
}
