import type { ContainerConfig } from '../../engine/containerConfig.ts';
import type { Digest } from '../../image/digest.ts';
import { DEFAULT_PATH } from '../plan/stageState.ts';

/** A stage as far as it is built. */
export class StageBuild {
  readonly name: string;
  config: ContainerConfig;
  maintainer = '';
  /** A CMD of this stage came before ENTRYPOINT. */
  hasCommand = false;
  #imageId: Digest | undefined;

  constructor(name: string, imageId: Digest | undefined, config: ContainerConfig) {
    this.name = name;
    this.#imageId = imageId;
    const env = config.Env ?? [];
    const hasPath = env.some((one) => one.startsWith('PATH='));
    this.config = {
      ...config,
      OpenStdin: false,
      StdinOnce: false,
      Env: hasPath ? env : [...env, `PATH=${DEFAULT_PATH}`],
      ...(imageId !== undefined && { Image: imageId }),
    };
  }

  get imageId(): Digest | undefined {
    return this.#imageId;
  }

  set imageId(id: Digest | undefined) {
    this.#imageId = id;
    if (id !== undefined) this.config = { ...this.config, Image: id };
  }

  /** ONBUILD instructions of the base: they run now, and are not handed on. */
  takeTriggers(): readonly string[] {
    const triggers = this.config.OnBuild ?? [];
    if (triggers.length > 0) this.config = { ...this.config, OnBuild: null };
    return triggers;
  }
}
