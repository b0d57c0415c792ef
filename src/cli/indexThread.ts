import { parentPort } from 'node:worker_threads';
import type { IndexRequest } from '../archive/indexMessages.ts';
import { answerIndexRequests } from '../archive/indexThread.ts';
import { nodePlatform } from '../platform/node.ts';

/** The entry of a thread that indexes layers for the command line (`indexThreads.ts`). */

const answer = answerIndexRequests(nodePlatform(), (reply, transfer) => parentPort?.postMessage(reply, transfer));
parentPort?.on('message', (request: IndexRequest) => answer(request));
