import type pg from 'pg';

interface PositionChangeRow {
  readonly security_class?: string;
  readonly effective_date?: string;
}

/**
 * Records why the transaction under way changes holdings, as the application does, declares their class, and returns the `position_change_id` to
 * write with them. The connection is in a tenant's context.
 */
export async function insertPositionChange(
  client: pg.ClientBase,
  change: PositionChangeRow = {},
): Promise<string> {
  await client.query(
    `insert into security_classes (code, name, kind) values ($1, $1, 'OTHER') on conflict do nothing`,
    [change.security_class ?? 'COMMON'],
  );
  const { rows } = await client.query<{ id: string }>(
    `insert into position_changes (security_class, effective_date, reason, source)
     values (coalesce($1, 'COMMON'), coalesce($2::date, current_date), 'opening', 'test') returning id`,
    [change.security_class, change.effective_date],
  );
  return String(rows[0]?.id);
}
