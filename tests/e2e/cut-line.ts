import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A line to a service of the platform that a test can cut: callers are refused, and what was under way is lost. */
export class CutLine {
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  #port = 0;
  #to: URL | undefined;
  #cut = false;

  constructor() {
    this.#server = createServer((caller) => this.#join(caller));
  }

  /** The address of this end, under any path of the service. */
  async listen(): Promise<string> {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
    return `http://127.0.0.1:${this.#port}`;
  }

  leadTo(url: string): void {
    this.#to = new URL(url);
  }

  cut(): void {
    this.#cut = true;
    for (const socket of this.#open) socket.destroy();
  }

  mend(): void {
    this.#cut = false;
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(caller: Socket): void {
    if (this.#cut || this.#to === undefined) {
      caller.resetAndDestroy();
      return;
    }
    const service = connect(Number(this.#to.port), this.#to.hostname);
    for (const [socket, other] of [
      [caller, service],
      [service, caller],
    ] as const) {
      this.#open.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#open.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  }
}
