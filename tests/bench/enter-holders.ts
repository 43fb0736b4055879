import type pg from 'pg';
import { day } from '#tests/support/dividends.ts';
import { insertPositionChange } from '#tests/support/position-change.ts';
import type { TestTenant } from '#tests/support/tenants.ts';

/** Enters holders as `Holder 1` with the reference `R000000001`, ten days ago; one in a thousand is not verified. */
export async function enterHolders(admin: pg.Pool, { id }: TestTenant, holders: number): Promise<void> {
  const client = await admin.connect();
  try {
    await client.query(`select set_config('app.tenant_id', $1, false)`, [id]);
    await client.query('begin');
    const change = await insertPositionChange(client, { effective_date: day(-10) });
    await client.query(
      `insert into shareholders (external_ref, name, email, holdings, kyc_status, position_change_id)
       select 'R' || lpad(n::text, 9, '0'), 'Holder ' || n, 'h' || n || '@register.example', (n * 7919) % 9000 + 10 + n % 2 * 0.5,
         case when n % 1000 = 0 then 'UNVERIFIED' else 'VERIFIED' end, $2 from generate_series(1, $1::bigint) as n`,
      [holders, change],
    );
    await client.query('commit');
    await client.query('vacuum analyze');
  } finally {
    client.release(true);
  }
}
