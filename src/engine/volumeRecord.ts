export interface VolumeRecord {
  readonly name: string;
  readonly driver: string;
  readonly labels: Readonly<Record<string, string>> | null;
  readonly options: Readonly<Record<string, string>> | null;
  /** RFC 3339. */
  readonly createdAt: string;
  /** Made for a container that named none. */
  readonly isAnonymous: boolean;
}
