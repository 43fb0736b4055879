import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { lockDataDirectory, resetDataDirectory } from '#local/data-directory.ts';
import { chooseDatabase, forgetDatabase } from '#local/external-database.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { ROLE_PASSWORD } from '#tests/support/postgres-server.ts';

const OTHER_PASSWORD = 'of another data directory';

let database: TestDatabase;
let root: string;
let directories = 0;
let dataDir: string;

beforeAll(async () => {
  database = await testDatabase();
  root = mkdtempSync(join(tmpdir(), 'vestry-external-'));
});
afterAll(async () => {
  await database.close();
  rmSync(root, { recursive: true });
});
beforeEach(() => {
  directories += 1;
  dataDir = join(root, String(directories));
  mkdirSync(dataDir);
});

function urlOf(name: string): string {
  const { user, password, host, port } = inject('postgres');
  return `postgres://${user}:${password}@${host}:${port}/${name}`;
}

async function withDatabase(run: (name: string, url: string) => Promise<void>): Promise<void> {
  const name = `external_${directories}_${process.pid}`;
  await database.admin.query(`create database ${name}`);
  try {
    await run(name, urlOf(name));
  } finally {
    await database.admin.query(`drop database ${name} with (force)`);
  }
}

describe('a data directory and its database', () => {
  test('without one named, the directory goes on with the one it began with', async () => {
    expect(await chooseDatabase(dataDir, undefined, ROLE_PASSWORD)).toBeUndefined();
    await withDatabase(async (name, url) => {
      expect(await chooseDatabase(dataDir, url, ROLE_PASSWORD)).toMatchObject({ database: name });
      expect(await chooseDatabase(dataDir, undefined, ROLE_PASSWORD)).toMatchObject({ database: name });
    });
  });

  test('another one is refused', async () => {
    await withDatabase(async (_, url) => {
      await chooseDatabase(dataDir, url, ROLE_PASSWORD);
      await expect(chooseDatabase(dataDir, urlOf('elsewhere'), ROLE_PASSWORD)).rejects.toThrow(
        /keeps its data in the database external_\S+ at .*, not in elsewhere at .*--reset/,
      );
    });
  });

  test('one is refused where the directory has a Postgres of its own', async () => {
    writeFileSync(join(dataDir, 'postgres.json'), '{}');
    await expect(chooseDatabase(dataDir, urlOf('any'), ROLE_PASSWORD)).rejects.toThrow(
      /keeps its data in a Postgres of its own/,
    );
  });

  test('a database with the data of another directory is refused, and nothing is remembered', async () => {
    const { database: name } = database.connection;
    await expect(chooseDatabase(dataDir, urlOf(name), ROLE_PASSWORD)).rejects.toThrow(
      /holds the data of another data directory/,
    );
    expect(await chooseDatabase(dataDir, undefined, ROLE_PASSWORD)).toBeUndefined();
  });

  test('a server whose roles another platform uses is refused: their password would change', async () => {
    await withDatabase(async (_, url) => {
      await expect(chooseDatabase(dataDir, url, OTHER_PASSWORD)).rejects.toThrow(
        /is used by another platform, in its database \w+:/,
      );
      const app = await database.connectAsApp();
      await app.end();
    });
  });

  test('forgetting the directory drops what it has in its database', async () => {
    await withDatabase(async (_, url) => {
      const release = lockDataDirectory(dataDir);
      await chooseDatabase(dataDir, url, ROLE_PASSWORD);
      await forgetDatabase(dataDir);
      await resetDataDirectory(dataDir);
      expect(await chooseDatabase(dataDir, undefined, ROLE_PASSWORD)).toBeUndefined();
      release();
    });
  });

  test('a database that is away is told with its address', async () => {
    await expect(
      chooseDatabase(dataDir, 'postgres://nobody:x@127.0.0.1:1/none', ROLE_PASSWORD),
    ).rejects.toThrow(/the database at 127.0.0.1:1 can't be reached: .*ECONNREFUSED/);
  });
});
