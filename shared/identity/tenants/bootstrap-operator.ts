import pg from 'pg';
import { hashPassword } from '#identity/sign-in/password.ts';
import { refuseGuessable } from '#identity/sign-in/refuse-guessable.ts';
import { OWNER_ROLE, PLATFORM_TENANT_ID, PLATFORM_TENANT_SLUG } from '#platform/db/roles.ts';
import { type Actor, auditStatement } from '#platform/db/tenant-tx.ts';

const BOOTSTRAP: Actor = {
  tenantId: PLATFORM_TENANT_ID,
  actorId: null,
  actorRole: 'SYSTEM',
  requestId: 'bootstrap',
};

export interface BootstrapOptions {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  /**
   * The user must be allowed to assume the role of the schema's owner: the superuser locally, the cluster's master
   * user on AWS.
   */
  readonly user: string;
  readonly password: string;
  readonly ssl: boolean;
}

/**
 * Creates an operator, or resets a lost password and a lost second factor, and ends the operator's sessions. Nobody else can
 * create the first one. The email may have any case; the password is taken as given, 12 to 128 characters that nobody would guess.
 */
export async function bootstrapOperator(
  { ssl, ...connection }: BootstrapOptions,
  operator: { readonly email: string; readonly password: string },
): Promise<void> {
  await refuseGuessable(operator.password, { email: operator.email, tenant: [PLATFORM_TENANT_SLUG] });
  const passwordHash = await hashPassword(operator.password);
  const client = new pg.Client({ ...connection, ssl: ssl ? { rejectUnauthorized: true } : false });
  await client.connect();
  try {
    await client.query('begin');
    await client.query(`set local role ${OWNER_ROLE}`);
    await client.query(
      `select set_config('search_path', 'vestry', true), set_config('app.tenant_id', $1, true)`,
      [PLATFORM_TENANT_ID],
    );
    const { rows } = await client.query<{ id: string }>(
      `insert into users (email, role, password_hash) values (lower($1), 'OPERATOR', $2)
       on conflict (tenant_id, email) do update
         set password_hash = excluded.password_hash, status = 'ACTIVE', version = users.version + 1, updated_at = now()
       returning id`,
      [operator.email, passwordHash],
    );
    await client.query(
      `update refresh_tokens set revoked_at = now() where user_id = $1 and revoked_at is null`,
      [rows[0]?.id],
    );
    await client.query(`delete from second_factors where user_id = $1`, [rows[0]?.id]);
    await client.query(`delete from passkeys where user_id = $1`, [rows[0]?.id]);
    await client.query(`delete from recovery_codes where user_id = $1`, [rows[0]?.id]);
    const entry = { action: 'user.created', resource: `users/${rows[0]?.id}`, payload: {} } as const;
    const { text, values = [] } = auditStatement(BOOTSTRAP, entry);
    await client.query(text, [...values]);
    await client.query('commit');
  } finally {
    await client.end();
  }
}
