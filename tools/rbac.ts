import { routes } from '../shared/routes.ts';
import { generate } from './generated-file.ts';
import { rbacDocument } from './rbac-table.ts';

/** `npm run rbac`: who may do what, from the route table. */

generate('docs/rbac.md', rbacDocument(routes), 'npm run rbac');
