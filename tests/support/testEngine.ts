import { applyChanges } from '../../src/build/changes/applyChanges.ts';
import { createEngine, type Engine } from '../../src/engine/engine.ts';
import type { EngineVintage } from '../../src/engine/systemCalls.ts';
import { nodePlatform } from '../../src/platform/node.ts';
import { testKernel, type TestKernel } from './testKernel.ts';

export interface TestEngine extends TestKernel {
  readonly engine: Engine;
}

/** An engine without images on a test machine. */
export function testEngine(
  setup: Parameters<typeof testKernel>[0] & { readonly vintage?: EngineVintage } = {},
): TestEngine {
  const host = testKernel(setup);
  const engine = createEngine({
    kernel: host.kernel,
    host: host.namespaces,
    platform: nodePlatform(),
    vintage: setup.vintage ?? '20.10',
    applyChanges,
  });
  return { ...host, engine };
}
