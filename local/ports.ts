import { once } from 'node:events';
import { createServer } from 'node:net';
import { StartError } from 'template-runner/start-error';

/** The port at which the API listens. */
export const DEFAULT_PORT = 8000;
export const LAST_PORT = 65_535;
const HOST = '127.0.0.1';

/** 0 is always free. */
export async function isPortFree(port: number): Promise<boolean> {
  const server = createServer();
  server.listen(port, HOST);
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}

/** Throws before anything slow has been started. `setting` names what chooses another port. */
export async function assertPortFree(port: number, setting: string): Promise<void> {
  if (!(await isPortFree(port)))
    throw new StartError(
      `port ${port} is in use: stop what listens there, or choose another with ${setting}`,
    );
}
