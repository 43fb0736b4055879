import { once } from 'node:events';
import { type AddressInfo, connect, createServer, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { ProxiedSession } from './proxied-session.ts';
import { encryptionRequest, fatalError, readStartUp } from './start-up.ts';
import { PIN_REASONS, type PinReason } from './statement-effects.ts';

/** The database behind the proxy. */
export interface ProxyTarget {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
}

/** Counts of what has happened since the start. */
export interface ProxyCounts {
  readonly sessions: number;
  /** Sessions that were pinned for at least one reason. */
  readonly pinned: number;
  /** Sessions by reason; one may have several. */
  readonly pins: Readonly<Record<PinReason, number>>;
  readonly refused: { readonly options: number; readonly cancel: number };
}

const HOST = '127.0.0.1';
const CONNECT_TIMEOUT_MS = 5_000;
const START_UP_TIMEOUT_MS = 10_000;
const UNSUPPORTED = '0A000';
const CANNOT_CONNECT_NOW = '57P03';
/** Parameters of the start-up that the proxy knows no way to pass on. */
const REFUSED_PARAMETERS = {
  options: 'command-line options',
  replication: 'streaming replication mode',
} as const;

/** One server in front of a database. It passes on what is sent, and looks at what clients send while it does. */
export class ProxyServer {
  readonly #target: ProxyTarget;
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer({ noDelay: true }, (client) => void this.#accept(client));
  readonly #pins = Object.fromEntries(PIN_REASONS.map((reason) => [reason, 0])) as Record<PinReason, number>;
  readonly #refused = { options: 0, cancel: 0 };
  #sessions = 0;
  #pinned = 0;

  constructor(target: ProxyTarget) {
    this.#target = target;
  }

  /** Returns the port. */
  async listen(): Promise<number> {
    this.#server.listen(0, HOST);
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  counts(): ProxyCounts {
    const { ...pins } = this.#pins;
    const { ...refused } = this.#refused;
    return { sessions: this.#sessions, pinned: this.#pinned, pins, refused };
  }

  async close(): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server, 'close');
  }

  async #accept(client: Socket): Promise<void> {
    this.#keep(client);
    client.setTimeout(START_UP_TIMEOUT_MS, () => client.destroy());
    let received = Buffer.alloc(0);
    try {
      for (;;) {
        const start = readStartUp(received);
        if (start === undefined) {
          received = Buffer.concat([received, await nextChunk(client)]);
          continue;
        }
        const { packet, length } = start;
        if (packet.kind === 'session') {
          client.setTimeout(0);
          return await this.#open(client, packet.parameters, received);
        }
        if (packet.kind === 'cancel') {
          this.#refused.cancel += 1;
          client.destroy();
          return;
        }
        client.write('N');
        received = received.subarray(length);
      }
    } catch {
      // A client that speaks another protocol, or has gone away, gets no answer.
      client.destroy();
    }
  }

  async #open(client: Socket, parameters: ReadonlyMap<string, string>, received: Buffer): Promise<void> {
    for (const [name, meaning] of Object.entries(REFUSED_PARAMETERS)) {
      if (!parameters.has(name)) continue;
      this.#refused.options += 1;
      client.end(fatalError(UNSUPPORTED, `Feature not supported: the proxy doesn't support ${meaning}`));
      return;
    }
    let server: Socket;
    try {
      server = await this.#connect();
    } catch (error) {
      client.end(
        fatalError(CANNOT_CONNECT_NOW, `the proxy can't reach the database: ${(error as Error).message}`),
      );
      return;
    }
    this.#sessions += 1;
    const session = new ProxiedSession((reason, isFirst) => {
      this.#pins[reason] += 1;
      if (isFirst) this.#pinned += 1;
    });
    server.write(received);
    server.pipe(client);
    client.pipe(server);
    // Each chunk is passed on before it is looked at: the database works meanwhile.
    client.on('data', (chunk: Buffer) => session.read(chunk));
    // Either end may go away without a word; the other learns of it at once.
    client.once('close', () => server.destroy());
    server.once('close', () => client.end());
  }

  async #connect(): Promise<Socket> {
    const { host, port, tls } = this.#target;
    const socket = connect({ host, port, noDelay: true, keepAlive: true });
    this.#keep(socket);
    socket.setTimeout(CONNECT_TIMEOUT_MS, () =>
      socket.destroy(new Error(`no answer within ${CONNECT_TIMEOUT_MS} ms`)),
    );
    await once(socket, 'connect');
    const connected = tls ? await this.#encrypt(socket, host) : socket;
    socket.setTimeout(0);
    return connected;
  }

  async #encrypt(socket: Socket, host: string): Promise<Socket> {
    socket.write(encryptionRequest());
    const [answer] = await nextChunk(socket);
    if (answer !== 'S'.charCodeAt(0)) throw new Error('it takes no encrypted connections');
    const encrypted = connectTls({ socket, host, ...(isIP(host) === 0 ? { servername: host } : {}) });
    this.#keep(encrypted);
    await once(encrypted, 'secureConnect');
    return encrypted;
  }

  /** An error is followed by `close`, which is what everything here waits for. */
  #keep(socket: Socket): void {
    socket.on('error', () => undefined);
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  }
}

async function nextChunk(socket: Socket): Promise<Buffer> {
  const ended = new AbortController();
  const onEnd = (): void => ended.abort();
  socket.once('end', onEnd).once('close', onEnd);
  try {
    const [chunk] = (await once(socket, 'data', { signal: ended.signal })) as [Buffer];
    socket.pause();
    return chunk;
  } finally {
    socket.off('end', onEnd).off('close', onEnd);
  }
}
