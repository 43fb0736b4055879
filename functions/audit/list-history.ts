import { listHistory } from '#audit/history/history.routes.ts';
import { readHistory } from '#audit/history/list-history.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(listHistory, ({ query, principal, tenantRead }) =>
  tenantRead((read) => readHistory(read, query, principal.actorRole)),
);
