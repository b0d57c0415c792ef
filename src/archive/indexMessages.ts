import type { Finding } from '../bytes/finding.ts';
import type { Compression } from '../codec/sniff.ts';
import type { LayerColumns } from '../vfs/layerTree.ts';

/** What goes between a thread that has an archive open (`indexThreads.ts`) and one that indexes layers for it
 *  (`indexThread.ts`). */
export type IndexRequest =
  | {
      readonly kind: 'index';
      readonly id: number;
      readonly lent: { readonly holder: unknown; readonly start: number; readonly sizeBytes: number };
      readonly compression: Compression;
    }
  | { readonly kind: 'cancel'; readonly id: number };

export type IndexReply =
  | { readonly kind: 'progress'; readonly id: number; readonly doneBytes: number }
  /** Cancelled, or faulty: the thread that asks indexes it by itself then, and finds the fault with all its facts. */
  | { readonly kind: 'failed'; readonly id: number }
  | {
      readonly kind: 'indexed';
      readonly id: number;
      /** Their buffers are transferred. */
      readonly columns: LayerColumns;
      readonly entryCount: number;
      readonly sizeBytes: number;
      readonly findings: readonly Finding[];
    };
