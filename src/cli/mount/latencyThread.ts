import { workerData } from 'node:worker_threads';
import { keepAwakeInBursts } from '../../fuse/wakefulProcessors.ts';

/** The entry of the thread that keeps the processors awake while a mount is busy; its data is what `RequestPace`
 *  counts. */

keepAwakeInBursts(workerData as Int32Array);
