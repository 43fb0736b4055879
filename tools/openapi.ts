import { publicPath } from '#platform/http/route.ts';
import packageJson from '../package.json' with { type: 'json' };
import { routes } from '../shared/routes.ts';
import { generate } from './generated-file.ts';

const paths: Record<string, Record<string, unknown>> = {};
for (const route of routes)
  paths[publicPath(route)] = {
    ...paths[publicPath(route)],
    [route.method.toLowerCase()]: { operationId: route.operationId },
  };
const document = { openapi: '3.1.1', info: { title: 'Vestry', version: packageJson.version }, paths };
generate('docs/openapi.json', `${JSON.stringify(document, null, 2)}\n`, 'npm run openapi');
