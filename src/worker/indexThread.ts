import type { IndexReply, IndexRequest } from '../archive/indexMessages.ts';
import { answerIndexRequests } from '../archive/indexThread.ts';
import { webPlatform } from '../platform/web.ts';

/** The entry of a worker that indexes layers for the explorer's (`indexThreads.ts`). */

interface WorkerScope {
  onmessage: ((event: MessageEvent<IndexRequest>) => void) | null;
  postMessage(reply: IndexReply, transfer: readonly Transferable[]): void;
}

const scope = globalThis as unknown as WorkerScope;

const answer = answerIndexRequests(webPlatform(), (reply, transfer) => scope.postMessage(reply, transfer));
scope.onmessage = ({ data }) => answer(data);
