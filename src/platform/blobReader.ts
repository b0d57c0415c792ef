/** A worker that reads parts of Blobs for another thread (`blobReaders.ts`). */

export interface BlobReadRequest {
  readonly id: number;
  /** Names a Blob, which comes with the first request for it. */
  readonly blobId: number;
  readonly blob: Blob | undefined;
  readonly start: number;
  readonly end: number;
}

export type BlobReadReply =
  | { readonly id: number; readonly bytes: ArrayBuffer }
  | { readonly id: number; readonly fault: { readonly name: string; readonly message: string } };

interface WorkerScope {
  onmessage: ((event: MessageEvent<BlobReadRequest>) => void) | null;
  postMessage(reply: BlobReadReply, transfer: Transferable[]): void;
}

const scope = globalThis as unknown as WorkerScope;

const blobs = new Map<number, Blob>();

scope.onmessage = async ({ data: { id, blobId, blob, start, end } }) => {
  if (blob) blobs.set(blobId, blob);
  try {
    // Slicing waits for another process, in Chromium.
    const bytes = await (blobs.get(blobId) as Blob).slice(start, end).arrayBuffer();
    scope.postMessage({ id, bytes }, [bytes]);
  } catch (error) {
    const { name, message } = error instanceof Error ? error : { name: '', message: String(error) };
    scope.postMessage({ id, fault: { name, message } }, []);
  }
};
