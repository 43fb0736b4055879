import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { ProxyServer, type ProxyTarget } from './proxy-server.ts';

/** The thread of a proxy: what the rest of the process does must not delay every statement of every function. */

const server = new ProxyServer(workerData as ProxyTarget);
parentPort?.postMessage(await server.listen());
parentPort?.on('message', (request: { answerTo: MessagePort } | 'close') => {
  if (request !== 'close') request.answerTo.postMessage(server.counts());
  else void server.close().then(() => parentPort?.close());
});
