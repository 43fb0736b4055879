import { setTimeout as sleep } from 'node:timers/promises';

/** Calls the API as an ADMIN of the tenant, and answers the body. */
type Call = (method: 'GET' | 'POST', path: string, body?: object) => Promise<unknown>;

export interface DropKeyPair {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const POLL_MS = 100;
const TIMEOUT_MS = 120_000;

/** Has a key of the drop folder issued, as customers do, and takes it once it is there. */
export async function issuedDropKey(call: Call, name: string): Promise<DropKeyPair> {
  const { id } = (await call('POST', '/drop-credentials', { name })) as { id: string };
  const path = `/drop-credentials/${id}`;
  const untilMs = Date.now() + TIMEOUT_MS;
  for (;;) {
    const { state } = (await call('GET', path)) as { state: string };
    if (state === 'ACTIVE') break;
    if (state !== 'ISSUING' || Date.now() > untilMs)
      throw new Error(`the credential ${id} is ${state}: no key was issued`);
    await sleep(POLL_MS);
  }
  const key = (await call('POST', `${path}/key`)) as { access_key_id: string; secret_access_key: string };
  return { accessKeyId: key.access_key_id, secretAccessKey: key.secret_access_key };
}
