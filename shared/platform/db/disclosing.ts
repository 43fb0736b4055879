import { queriesBy } from './kysely.ts';
import type { Statement } from './pipeline.ts';
import {
  type Actor,
  auditStatement,
  type Disclosure,
  disclosureOfRead,
  type TenantRead,
} from './tenant-tx.ts';

/**
 * Returns queries of the same request whose first statement leaves an entry of what it lists, with its number of rows. Only the request of a
 * route that `discloses` has them.
 * @param limit the rows of a page, where they are not the request's own `limit`
 */
export function disclosing(read: TenantRead, limit?: number): TenantRead {
  const of = disclosureOfRead(read);
  if (of === undefined) throw new Error('the route does not say that it discloses personal data');
  const { send, actor, disclosure } = of;
  if (disclosure === undefined) return read;
  let entry: Disclosure | undefined = { ...disclosure, limit: limit ?? disclosure.limit };
  const list = queriesBy((statement) => {
    const listed = entry === undefined ? statement : withEntry(statement, actor, entry);
    entry = undefined;
    return send(listed);
  });
  return list as unknown as TenantRead;
}

/**
 * Writes the entry of a list in the list's own statement, so that it costs no round trip, and none is read without one.
 * `table listed` answers every column of the list, also two of one name.
 */
function withEntry(
  { text, values = [] }: Statement,
  actor: Actor,
  { limit, ...disclosure }: Disclosure,
): Statement {
  const { values: entry = [] } = auditStatement(actor, { action: 'personal-data.read', ...disclosure });
  const place = (index: number): string => `$${values.length + 1 + index}`;
  const [actorId, role, action, resource, request, payload, source, agent] = entry.map((_, index) =>
    place(index),
  );
  return {
    text: `with listed as materialized (${text}), entered as (
      insert into audit_log (actor_id, actor_role, action, resource, request_id, payload, source_ip, user_agent)
      values (${[actorId, role, action, resource, request].join(', ')},
        ${payload}::jsonb || jsonb_build_object('rows', least((select count(*) from listed), ${place(8)}::integer)), ${source}, ${agent}))
      table listed`,
    values: [...values, ...entry.slice(0, 8), limit ?? null],
  };
}
