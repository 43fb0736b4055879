import pg from 'pg';
import type { DatabaseConnection } from './postgres/postgres.ts';

/** Reads as the database's owner, past the tenants' walls: this is the operator's machine. */
export async function asOwner<T>(
  { host, port, database, user, password, ssl }: DatabaseConnection,
  read: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ host, port, database, user, password, ssl });
  await client.connect();
  try {
    return await read(client);
  } finally {
    await client.end();
  }
}
