import { join, resolve } from 'node:path';
import { StartError } from 'template-runner/start-error';
import { OutdatedSchemaError } from '#platform/db/apply-schema.ts';
import { migrate } from '#platform/db/migrate.ts';
import { REPOSITORY } from './built-once.ts';
import type { DatabaseConnection } from './postgres/postgres.ts';

/**
 * Brings the platform's database up to date and says what was applied. Throws a `StartError` that says what to do with a data
 * directory, or a database of `--database-url`, that was made from other migrations.
 */
export async function migrateDatabase(
  database: DatabaseConnection,
  rolePassword: string,
  { dataDir, databaseUrl }: { readonly dataDir: string; readonly databaseUrl?: string | undefined },
): Promise<string> {
  try {
    const { migrations, functions } = await migrate({
      ...database,
      directory: join(REPOSITORY, 'migrations'),
      rolePassword,
    });
    return `${migrations.length} migrations and ${functions.length} functions applied`;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (error instanceof OutdatedSchemaError)
      throw new StartError(
        databaseUrl === undefined
          ? `${resolve(dataDir)} was made by another version of Vestry (${message}): start with --reset, which forgets its data, or choose another --data directory`
          : `the database at ${database.host}:${database.port} was made by another version of Vestry (${message}): drop its schema vestry, or name another database`,
      );
    if (code === undefined) throw error;
    throw new StartError(
      `the database at ${database.host}:${database.port} can't be migrated: ${message || code}`,
    );
  }
}
