import type { z } from 'zod';
import { endOidcSessions, finishOidcSignIn, startSignIn } from '#identity/federation/federation.routes.ts';
import { publicUrlOf, type Reached } from '#platform/http/public-url.ts';
import type { ConnectionRow } from './connection.repository.ts';
import type { Connection } from './connections.routes.ts';

export function toConnection(row: ConnectionRow, reached: Reached): z.input<typeof Connection> {
  const { credential_sealed: _, role_map, tested_at, created_at, updated_at, ...shown } = row;
  return {
    ...shown,
    role_map: [...role_map],
    tested_at: tested_at?.toISOString() ?? null,
    redirect_uri: publicUrlOf(reached, finishOidcSignIn, { connection: row.id }),
    start_uri: publicUrlOf(reached, startSignIn, { connection: row.id }),
    backchannel_logout_uri: publicUrlOf(reached, endOidcSessions, { connection: row.id }),
    created_at: created_at.toISOString(),
    updated_at: updated_at.toISOString(),
  };
}
