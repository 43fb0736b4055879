import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import {
  CONSOLE_ASSETS_PATH,
  CONSOLE_CACHING,
  CONSOLE_PAGE_PATH,
  CONSOLE_PATH,
  CONSOLE_TYPES,
} from '#contracts/console.ts';
import { awsClient } from '#platform/aws/client.ts';
import * as environment from '#platform/environment.ts';
import { logger } from '#platform/observability/logger.ts';
import { metaEnvironment } from './meta-environment.ts';

interface ConsoleFile {
  readonly source: string;
  /** The path at which it is served, which is its key after the slash. */
  readonly path: string;
  readonly type: string;
}

/**
 * Puts the files of the console into the bucket that the edge serves. The page comes last: until then people get the one before
 * it, and its files stay beside the new ones, for pages that are open.
 * @param directory the built console, with `index.html`
 * @returns the number of files
 * @throws Error for a directory without a page, and for a file of a kind that browsers would not be told
 */
export async function publishConsole(directory: string): Promise<number> {
  const files = filesOf(directory);
  const [pages, assets] = [files.filter(isPage), files.filter((file) => !isPage(file))];
  if (pages.length === 0) throw new Error(`${directory} has no index.html`);
  const { PutObjectCommand, S3Client } = await import('@aws-sdk/client-s3');
  const client = awsClient(S3Client);
  const put = async ({ source, path, type }: ConsoleFile) =>
    client.send(
      new PutObjectCommand({
        Bucket: metaEnvironment.consoleBucket(),
        Key: path.slice(1),
        Body: await readFile(source),
        ContentType: type,
        CacheControl: path.startsWith(`${CONSOLE_ASSETS_PATH}/`)
          ? CONSOLE_CACHING.assets
          : CONSOLE_CACHING.page,
      }),
    );
  for (const file of [...assets, ...pages]) await put(file);
  logger.info('console published', { environment: environment.name(), files: files.length });
  return files.length;
}

function isPage({ path }: ConsoleFile): boolean {
  return path === CONSOLE_PAGE_PATH;
}

function filesOf(directory: string): ConsoleFile[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const source = join(entry.parentPath, entry.name);
      const type = CONSOLE_TYPES[extname(entry.name)];
      if (type === undefined) throw new Error(`${entry.name} has no type in CONSOLE_TYPES`);
      return { source, path: `${CONSOLE_PATH}/${relative(directory, source).replaceAll(sep, '/')}`, type };
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}
