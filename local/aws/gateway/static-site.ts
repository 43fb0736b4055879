import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

/** Files that are served beside the API, as a distribution before both does from a bucket. */
export interface StaticSite {
  /** The path under which they stand: `/console`. */
  readonly path: string;
  /** The files, with `index.html`. They are read once. */
  readonly directory: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Files below this path never change under their names; a missing one is missing. All other paths are answered with the page. */
  readonly assetsPath: string;
  /** `Cache-Control` of the page, and of the assets. */
  readonly caching: { readonly page: string; readonly assets: string };
  /** `Content-Type` by extension, with its dot. */
  readonly types: Readonly<Record<string, string>>;
}

export interface SiteAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Returns what answers a path of the site; undefined for a path of the API's. */
export function openStaticSite(site: StaticSite): (path: string, method: string) => SiteAnswer | undefined {
  const files = readFiles(site);
  const page = files.get(`${site.path}/index.html`);
  if (page === undefined) throw new Error(`${site.directory} has no index.html`);
  const refused = (status: number, more: Readonly<Record<string, string>> = {}): SiteAnswer => ({
    status,
    headers: { ...site.headers, 'cache-control': 'no-store', ...more },
    body: Buffer.alloc(0),
  });
  return (path, method) => {
    if (path !== site.path && !path.startsWith(`${site.path}/`)) return undefined;
    if (method !== 'GET' && method !== 'HEAD') return refused(405, { allow: 'GET, HEAD' });
    const isAsset = path.startsWith(`${site.assetsPath}/`);
    const file = isAsset ? files.get(path) : page;
    if (file === undefined) return refused(404);
    const headers = {
      ...site.headers,
      'cache-control': isAsset ? site.caching.assets : site.caching.page,
      'content-type': file.type,
      'content-length': String(file.body.length),
    };
    return { status: 200, headers, body: method === 'HEAD' ? Buffer.alloc(0) : file.body };
  };
}

function readFiles({
  directory,
  path,
  types,
}: StaticSite): Map<string, { readonly type: string; readonly body: Buffer }> {
  const names = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return new Map(
    names.map((entry) => {
      const file = join(entry.parentPath, entry.name);
      const relative = file.slice(join(directory, '/').length).replaceAll('\\', '/');
      const type = types[extname(entry.name)] ?? 'application/octet-stream';
      return [`${path}/${relative}`, { type, body: readFileSync(file) }];
    }),
  );
}
