import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Heard {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** An HTTP server of a tenant, with the requests it got and the answers it gives. */
export interface Listener {
  readonly port: number;
  readonly heard: Heard[];
  /** The status of the next answers, `hang` for none; the last one stays. */
  answer(...statuses: (number | 'hang')[]): void;
  /** Headers of the next answers. */
  send(headers: Record<string, string>): void;
  close(): Promise<void>;
}

export async function listen(): Promise<Listener> {
  const heard: Heard[] = [];
  let statuses: (number | 'hang')[] = [200];
  let headers: Record<string, string> = {};
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      heard.push({
        url: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      });
      const status = statuses.length > 1 ? statuses.shift() : statuses[0];
      if (status === 'hang') return;
      response
        .writeHead(status ?? 200, status === 302 ? { location: 'http://127.0.0.1:1/' } : headers)
        .end('ok');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    heard,
    answer: (...next) => {
      statuses = next;
    },
    send: (next) => {
      headers = next;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
