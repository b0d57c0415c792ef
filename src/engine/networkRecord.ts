export interface NetworkRecord {
  readonly id: string;
  readonly name: string;
  readonly driver: string;
  readonly scope: string;
  readonly createdAt: string;
  readonly isInternal: boolean;
  readonly isAttachable: boolean;
  /** Undefined for `host` and `none`. */
  readonly subnet: string | undefined;
  readonly gateway: string | undefined;
  readonly options: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** bridge, host, none: cannot be removed. */
  readonly isPredefined: boolean;
}
