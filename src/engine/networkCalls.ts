import type { JsonWritable } from '../image/writeJson.ts';
import type { Filters } from './filters.ts';

export interface NetworkSummary {
  readonly id: string;
  readonly name: string;
  readonly driver: string;
  readonly scope: string;
  readonly createdAt: string;
  readonly isInternal: boolean;
  readonly labels: Readonly<Record<string, string>>;
}

export interface NetworkCalls {
  /** Sorted by name. Filters: driver, id, label, name, scope, type, dangling. */
  list(filters?: Filters): readonly NetworkSummary[];
  create(options: {
    readonly name: string;
    readonly driver?: string;
    readonly subnet?: string;
    readonly gateway?: string;
    readonly isInternal?: boolean;
    readonly isAttachable?: boolean;
    readonly labels?: Readonly<Record<string, string>>;
    readonly options?: Readonly<Record<string, string>>;
  }): string;
  inspect(name: string): Readonly<Record<string, JsonWritable>>;
  remove(name: string): void;
  connect(network: string, container: string, aliases: readonly string[]): Promise<void>;
  disconnect(network: string, container: string, options?: { readonly isForced?: boolean }): Promise<void>;
  prune(filters: Filters): readonly string[];
}
