import * as routes from '#identity/federation/federation.routes.ts';
import { notFound } from '#kernel/domain-error.ts';
import { http } from '#platform/http/http.ts';
import { reply } from '#platform/http/reply.ts';

export const handler = http(routes.getSamlMetadata, async ({ params, reached }) => {
  const { connectionInPath } = await import('#identity/federation/connection-in-path.ts');
  const { namesOf } = await import('#identity/federation/names.http.ts');
  const { ourMetadata } = await import('#identity/federation/saml/metadata.ts');
  const { connection } = await connectionInPath(params.connection);
  const { signing_certificate: certificate } = connection;
  if (certificate === null) throw notFound();
  const { entityId, redirectUri: acsUri } = namesOf(connection, reached);
  return reply(ourMetadata({ entityId, acsUri, certificate }), {
    headers: { 'content-type': 'application/samlmetadata+xml; charset=utf-8' },
  });
});
