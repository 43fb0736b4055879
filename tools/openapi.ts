import packageJson from '../package.json' with { type: 'json' };
import { routes, sharedSchemas } from '../shared/routes.ts';
import { generate } from './generated-file.ts';
import { openApiDocument } from './openapi-document.ts';

/** `npm run openapi`: the contract of the API, from the route table. */

const document = openApiDocument(routes, sharedSchemas, packageJson.version);
generate('docs/openapi.json', `${JSON.stringify(document, null, 2)}\n`, 'npm run openapi');
