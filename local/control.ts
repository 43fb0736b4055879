import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer, type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { StartError } from 'template-runner/start-error';

/** A command to a running platform. Each line of the answer is one JSON value. */
export type Command =
  | { readonly command: 'status' }
  | { readonly command: 'fire'; readonly schedule: string }
  | { readonly command: 'advance'; readonly until: string }
  | { readonly command: 'dead-letters'; readonly queue?: string }
  | { readonly command: 'redrive'; readonly queue: string }
  | { readonly command: 'bank'; readonly silent?: boolean }
  | { readonly command: 'invoke'; readonly functionName: string; readonly event: unknown };

type CommandRunner = (
  command: Command,
  emit: (line: unknown) => void,
  /** Aborted when whoever sent the command is gone. */
  gone: AbortSignal,
) => Promise<void>;

/** Paths of unix sockets are short: about 104 characters on macOS. */
const SOCKET_PATH_LIMIT = 100;

export function controlSocketPath(dataDir: string): string {
  const path = join(resolve(dataDir), 'control.sock');
  if (path.length <= SOCKET_PATH_LIMIT) return path;
  return join(tmpdir(), `vestry-${createHash('sha256').update(path).digest('hex').slice(0, 16)}.sock`);
}

/** Serves commands on a unix socket that only this user may use. */
export async function serveControl(
  socketPath: string,
  run: CommandRunner,
): Promise<{ close(): Promise<void> }> {
  rmSync(socketPath, { force: true });
  const server = createServer(async (incoming, response) => {
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const emit = (line: unknown): void => void response.write(`${JSON.stringify(line)}\n`);
    try {
      await run(JSON.parse(await readText(incoming)) as Command, emit, gone.signal);
    } catch (error) {
      emit({ failure: (error as Error).message });
    }
    response.end();
  });
  const mask = process.umask(0o077);
  server.listen(socketPath);
  await once(server, 'listening');
  process.umask(mask);
  const close = async (): Promise<void> => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  return { close };
}

async function readText(incoming: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of incoming.setEncoding('utf8')) text += chunk as string;
  return text;
}

/** Sends a command and yields the lines of its answer. Throws `StartError` when no platform listens or the command fails. */
export async function* sendCommand(socketPath: string, command: Command): AsyncGenerator<unknown> {
  const outgoing = request({ socketPath, method: 'POST', path: '/' });
  outgoing.end(JSON.stringify(command));
  let response: IncomingMessage;
  try {
    [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  } catch (error) {
    throw new StartError(
      `the platform is not running (${(error as NodeJS.ErrnoException).code}): run npm start`,
    );
  }
  for await (const line of createInterface({ input: response })) {
    const value = JSON.parse(line) as { readonly failure?: unknown } | null;
    if (typeof value?.failure === 'string') throw new StartError(value.failure);
    yield value;
  }
}
