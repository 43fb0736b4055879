import { createSocket } from 'node:dgram';
import type { Json } from './json.ts';

export interface XRayDaemon {
  readonly address: string;
  /** The subsegments in the order in which they arrived. */
  readonly subsegments: readonly Json[];
  /** Waits until so many have arrived. */
  received(count: number): Promise<readonly Json[]>;
  close(): void;
}

const PATIENCE_MS = 60_000;

/** Takes what functions send to X-Ray: a datagram of a header's line and a segment, as the daemon beside a function does. */
export async function xRayDaemon(): Promise<XRayDaemon> {
  const subsegments: Json[] = [];
  const waiting = new Set<() => void>();
  const socket = createSocket('udp4', (message) => {
    const [header, segment = ''] = message.toString('utf8').split('\n');
    if (header !== '{"format":"json","version":1}') throw new Error(`not of X-Ray: ${header}`);
    subsegments.push(JSON.parse(segment));
    for (const look of waiting) look();
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${socket.address().port}`,
    subsegments,
    received: (count) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error(`${subsegments.length} of ${count} came`)),
          PATIENCE_MS,
        );
        const look = () => {
          if (subsegments.length < count) return;
          clearTimeout(timer);
          waiting.delete(look);
          resolve(subsegments);
        };
        waiting.add(look);
        look();
      }),
    close: () => void socket.close(),
  };
}
