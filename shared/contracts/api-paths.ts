/** The base path of business routes. The route table writes paths without it. */
export const API_BASE_PATH = '/api';

/** Returns the path of a route as a client sees it. */
export function publicPath(route: { readonly path: string; readonly base?: 'api' | 'root' }): string {
  return route.base === 'root' ? route.path : `${API_BASE_PATH}${route.path}`;
}

/** The page to which links in mails lead. */
export const PASSWORD_PAGE_PATH = '/password';
