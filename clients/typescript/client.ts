import createClient, { type Client } from 'openapi-fetch';
import type { paths } from './schema.ts';

export type { components, operations, paths } from './schema.ts';

export type VestryClient = Client<paths>;

export interface VestryClientOptions {
  /** The address of the deployment, such as `https://equity.example.com`; it has no `/api`. */
  readonly baseUrl: string;
  /** The access token or the API key, or a function that returns one that is valid now. */
  readonly token: string | (() => string | Promise<string>);
  /** Sends the requests. @default the global `fetch` */
  readonly fetch?: (request: Request) => Promise<Response>;
}

/**
 * Returns a client whose paths, parameters, bodies and answers have the types of the contract. It signs each request, and gives each `POST` an
 * `Idempotency-Key` unless you send one: send your own, and the same again, where you repeat a request yourself.
 */
export function createVestryClient({ baseUrl, token, fetch }: VestryClientOptions): VestryClient {
  const client = createClient<paths>({ baseUrl, ...(fetch === undefined ? {} : { fetch }) });
  client.use({
    async onRequest({ request }) {
      if (!request.headers.has('authorization')) {
        const value = typeof token === 'string' ? token : await token();
        request.headers.set('authorization', `Bearer ${value}`);
      }
      if (request.method === 'POST' && !request.headers.has('idempotency-key'))
        request.headers.set('idempotency-key', crypto.randomUUID());
      return request;
    },
  });
  return client;
}
