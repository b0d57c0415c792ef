import type { Digest } from '../image/digest.ts';

/** What BuildKit keeps of a step that it carried out: the layers that came out of it stay in the store while it does. */
export interface BuildCacheRecord {
  /** Stands for the operation and all that it reads. */
  readonly key: string;
  /** diffIDs, base first. */
  readonly layers: readonly Digest[];
  /** Of the uppermost layer; undefined for none. */
  readonly chainId: Digest | undefined;
  /** RFC 3339, when the step ended. */
  readonly createdAt: string;
  /** As progress names the step. */
  readonly description: string;
  /** What the key stands for, by name, as far as it is not too long: for telling what changed, never for deciding. */
  readonly parts?: Readonly<Record<string, string>> | undefined;
  /** Of the layer that the step made. */
  readonly sizeBytes: number;
}
