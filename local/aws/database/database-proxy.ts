import { once } from 'node:events';
import { MessageChannel, Worker } from 'node:worker_threads';
import type { ProxyCounts, ProxyTarget } from './proxy-server.ts';

export type { ProxyCounts, ProxyTarget } from './proxy-server.ts';
export { PIN_REASONS, type PinReason } from './statement-effects.ts';

/** A stand-in for RDS Proxy: it refuses what that refuses, and counts what would pin a session. */
export interface DatabaseProxy {
  readonly host: string;
  readonly port: number;
  counts(): Promise<ProxyCounts>;
  /** Ends every connection. */
  close(): Promise<void>;
}

/** Starts a proxy in front of a Postgres, on a free port of this machine, in a thread of its own. */
export async function startDatabaseProxy(target: ProxyTarget): Promise<DatabaseProxy> {
  const { host, port, tls } = target;
  const thread = new Worker(new URL('./proxy-thread.ts', import.meta.url), {
    workerData: { host, port, tls } satisfies ProxyTarget,
    execArgv: [],
  });
  const [listeningPort] = (await once(thread, 'message')) as [number];
  // A thread that only waits for clients must not keep a process alive.
  thread.unref();
  return {
    host: '127.0.0.1',
    port: listeningPort,
    counts: async () => {
      const { port1, port2 } = new MessageChannel();
      thread.postMessage({ answerTo: port2 }, [port2]);
      const [counts] = (await once(port1, 'message')) as [ProxyCounts];
      port1.close();
      return counts;
    },
    close: async () => {
      const exited = once(thread, 'exit');
      thread.postMessage('close');
      await exited;
    },
  };
}
