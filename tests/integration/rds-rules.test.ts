import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bootstrapOperator } from '#identity/tenants/bootstrap-operator.ts';
import { type RunningPostgres, startPostgres } from '#local/postgres/postgres.ts';
import { migrate } from '#platform/db/migrate.ts';

/**
 * RDS differs from a Postgres of one's own: the master user is no superuser, and a member of `rds_iam`, however indirect,
 * is let in with an IAM token only. No token is good here, so such a member isn't let in at all.
 */

const MASTER = { user: 'vestry_master', password: 'of-the-master', database: 'vestry_rds', ssl: false };
const PG_HBA = `
host all postgres 127.0.0.1/32 scram-sha-256
host all +rds_iam all reject
host replication all all reject
host all all all scram-sha-256
`;
const directory = join(import.meta.dirname, '../../migrations');

let dataDir: string;
let server: RunningPostgres;
let superuser: pg.Client;
let master: { host: string; port: number } & typeof MASTER;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'vestry-rds-'));
  // Postgres runs as nobody when we are root, and would have its files elsewhere if it could not reach these.
  chmodSync(dataDir, 0o711);
  server = await startPostgres({
    dataDir,
    logFile: join(dataDir, 'postgres.log'),
    fsync: false,
    warn: console.error,
  });
  const { host, port } = server.connection;
  master = { host, port, ...MASTER };
  superuser = new pg.Client(server.connection);
  await superuser.connect();
  await superuser.query(`create role rds_iam nologin;
    create role ${MASTER.user} login createrole createdb nosuperuser password '${MASTER.password}'`);
  await superuser.query(`create database ${MASTER.database} owner ${MASTER.user}`);
  await lendIamRole();
  const { directory: cluster } = JSON.parse(readFileSync(join(dataDir, 'postgres.json'), 'utf8')) as {
    directory: string;
  };
  writeFileSync(join(cluster, 'pg_hba.conf'), PG_HBA);
  await superuser.query('select pg_reload_conf()');
});

afterAll(async () => {
  await superuser.end();
  await server.stop();
  rmSync(dataDir, { recursive: true });
});

/**
 * RDS lets its master grant `rds_iam` without belonging to it, which Postgres has no way to express. Here the master is lent
 * the right while it is connected: `asMaster` takes it back.
 */
async function lendIamRole(): Promise<void> {
  const inDatabase = new pg.Client({ ...server.connection, database: MASTER.database });
  await inDatabase.connect();
  await inDatabase.query(`
    create function lend() returns event_trigger language plpgsql security definer as $$
    begin
      if session_user = '${MASTER.user}' then grant rds_iam to ${MASTER.user} with admin option; end if;
    end $$;
    create event trigger lend on login execute function lend();
    alter event trigger lend enable always`);
  await inDatabase.end();
}

async function asMaster<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    const { rows } = await superuser.query<{ member: string }>(
      `select member::regrole::text as member from pg_auth_members
       where roleid = 'rds_iam'::regrole and member <> $1::regrole`,
      [MASTER.user],
    );
    await superuser.query(`revoke rds_iam from ${MASTER.user} cascade`);
    for (const { member } of rows) await superuser.query(`grant rds_iam to ${member}`);
  }
}

const migrateAsMaster = () => asMaster(() => migrate({ ...master, directory }));
const operatorAsMaster = (password: string) =>
  asMaster(() => bootstrapOperator(master, { email: 'Operator@vestry.example', password }));

describe('under the rules of RDS', () => {
  test('the first migration applies everything, and the second nothing', async () => {
    expect((await migrateAsMaster()).migrations).not.toEqual([]);
    expect(await migrateAsMaster()).toEqual({ migrations: [], functions: [] });
  });

  test('the first operator is made, and his lost password reset', async () => {
    await operatorAsMaster('first password');
    await operatorAsMaster('second password');
    const inDatabase = new pg.Client({ ...server.connection, database: MASTER.database });
    await inDatabase.connect();
    const { rows } = await inDatabase.query('select email, role, version from vestry.users');
    await inDatabase.end();
    expect(rows).toEqual([{ email: 'operator@vestry.example', role: 'OPERATOR', version: 2 }]);
  });

  test('the login roles sign in by IAM, and nobody belongs to them', async () => {
    const { rows } = await superuser.query(
      `select rolname as role, rolcanlogin and not (rolsuper or rolcreaterole or rolcreatedb or rolbypassrls) as harmless,
         pg_has_role(oid, 'rds_iam', 'member') as iam,
         (select count(*)::integer from pg_auth_members where roleid = r.oid) as members
       from pg_roles r where rolname like 'vestry\\_%' and rolname not in ('vestry_owner', $1) order by 1`,
      [MASTER.user],
    );
    expect(rows).toEqual(
      ['vestry_app', 'vestry_report', 'vestry_system'].map((role) => ({
        role,
        harmless: true,
        iam: true,
        members: 0,
      })),
    );
  });

  test('a member of rds_iam is refused: the rules are in force', async () => {
    await superuser.query(`create role somebody login password 'known'; grant vestry_app to somebody`);
    const client = new pg.Client({ ...master, user: 'somebody', password: 'known' });
    await expect(client.connect()).rejects.toMatchObject({ code: '28000' });
  });
});
