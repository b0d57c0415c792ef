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
  /** RFC 3339, when each of the layers was made; '' for those of a base image. */
  readonly times?: readonly string[] | undefined;
  /** As progress names the step. */
  readonly description: string;
  /** What the key stands for, by name, as far as it is not too long: for telling what changed, never for deciding. */
  readonly parts?: Readonly<Record<string, string>> | undefined;
  /** Of the layer that the step made. */
  readonly sizeBytes: number;
  /** What the client sent is kept too, for the next time; `regular` where it is not said. */
  readonly kind?: 'source.local' | undefined;
  /** Its size was asked for: it stays as it was then, whatever is sent in its place. */
  readonly isMeasured?: boolean | undefined;
  /** How often it was worked with; once where it is not said. */
  readonly usageCount?: number | undefined;
  /** RFC 3339; when it was made where it is not said. */
  readonly lastUsedAt?: string | undefined;
}

/** A step to be kept. Its size is that of its uppermost layer unless it says another. */
export interface KeptStep extends Omit<BuildCacheRecord, 'chainId' | 'sizeBytes'> {
  readonly sizeBytes?: number;
}
