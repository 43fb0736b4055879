import { X509Certificate } from 'node:crypto';
import type { z } from 'zod';
import {
  endOidcSessions,
  finishOidcSignIn,
  finishSamlSignIn,
  getSamlMetadata,
  startSignIn,
} from '#identity/federation/federation.routes.ts';
import { publicUrlOf, type Reached } from '#platform/http/public-url.ts';
import type { ConnectionRow } from './connection.repository.ts';
import type { Connection } from './connections.routes.ts';

export function toConnection(row: ConnectionRow, reached: Reached): z.input<typeof Connection> {
  const { credential_sealed: _, signing_certificate: __, role_map, certificates, ...shown } = row;
  const at = { connection: row.id };
  const isSaml = row.kind === 'SAML';
  const metadataUri = publicUrlOf(reached, getSamlMetadata, at);
  return {
    ...shown,
    role_map: [...role_map],
    certificates: (certificates ?? []).map(shownCertificate),
    redirect_uri: isSaml ? null : publicUrlOf(reached, finishOidcSignIn, at),
    backchannel_logout_uri: isSaml ? null : publicUrlOf(reached, endOidcSessions, at),
    entity_id: isSaml ? metadataUri : null,
    acs_uri: isSaml ? publicUrlOf(reached, finishSamlSignIn, at) : null,
    metadata_uri: isSaml ? metadataUri : null,
    start_uri: publicUrlOf(reached, startSignIn, at),
    tested_at: row.tested_at?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
    created_by: row.created_by,
    updated_at: row.updated_at.toISOString(),
  };
}

function shownCertificate(pem: string): z.input<typeof Connection>['certificates'][number] {
  const { fingerprint256, subject, validFromDate, validToDate } = new X509Certificate(pem);
  return {
    fingerprint: fingerprint256,
    subject,
    not_before: validFromDate.toISOString(),
    not_after: validToDate.toISOString(),
    pem,
  };
}
