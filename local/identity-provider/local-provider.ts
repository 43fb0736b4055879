import { isPortFree, LAST_PORT } from '#local/ports.ts';
import { DEMO_CLAIMS, demoPeople } from './demo-people.ts';
import { startIdentityProvider } from './identity-provider.ts';

/** The client that the connection of a demo tenant is at the provider. */
export interface LocalClient {
  readonly tenant: string;
  readonly connectionId: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** The part of the state of a data directory that belongs to its provider. */
export interface LocalIdentity {
  /** The provider stays where its connections were told that it is. */
  readonly port: number;
  readonly clients: readonly LocalClient[];
}

export interface LocalProvider {
  readonly issuer: string;
  readonly port: number;
  serve(clients: readonly LocalClient[]): void;
  close(): Promise<void>;
}

/** The provider listens two ports above the API, behind the AWS endpoint, or where there is room. */
const PORTS_ABOVE_API = 2;

/** Returns the port for the provider of a new data directory. 0 takes a free one. */
export async function providerPort(apiPort: number): Promise<number> {
  const wanted = apiPort + PORTS_ABOVE_API;
  return wanted <= LAST_PORT && (await isPortFree(wanted)) ? wanted : 0;
}

/** Starts the identity provider of the demo tenants. The API that its clients are sent back to listens on `apiPort`. */
export async function startLocalProvider(
  port: number,
  apiPort: number,
  slugs: readonly string[],
): Promise<LocalProvider> {
  const people = slugs.flatMap((slug) => [...demoPeople(slug)]);
  const provider = await startIdentityProvider({ port, people, claims: DEMO_CLAIMS });
  const origins = ['localhost', '127.0.0.1'].map((host) => `http://${host}:${apiPort}`);
  return {
    issuer: provider.issuer,
    port: Number(new URL(provider.issuer).port),
    close: provider.close,
    serve: (clients) => {
      provider.serve(
        clients.map(({ clientId, clientSecret, connectionId }) => {
          const path = `/api/auth/oidc/${connectionId}`;
          return {
            client_id: clientId,
            client_secret: clientSecret,
            redirect_uris: origins.map((origin) => `${origin}${path}/callback`),
            response_types: ['code'],
            grant_types: ['authorization_code'],
            backchannel_logout_uri: `http://localhost:${apiPort}${path}/backchannel-logout`,
            backchannel_logout_session_required: true,
          };
        }),
      );
    },
  };
}
