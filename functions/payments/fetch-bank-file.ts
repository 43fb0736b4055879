import { findFile, toBankFile } from '#payments/files/bank-file.repository.ts';
import * as routes from '#payments/files/fetch-bank-file.routes.ts';
import { fetchFile, urlOf } from '#payments/files/fetch-file.ts';
import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';
import { present } from '#platform/http/present.ts';

export const handler = http(
  routes.fetchBankFile,
  ({ params, expectedVersion, principal, tenantTx }) =>
    tenantTx(
      async (tx) => ({
        ...toBankFile(await fetchFile(tx, params.id, expectedVersion, principal.actorId)),
        url: null,
      }),
      { resource: ({ id }) => `bank-files/${id}` },
    ),
  // The stored answer opens no file.
  present<{ id: string }>(async (stored, read) => {
    const file = found(await read((tx) => findFile(tx, stored.id)));
    return { ...stored, url: await urlOf(file) };
  }),
);
