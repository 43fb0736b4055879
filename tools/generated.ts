/** `npm run generated`: everything that is made from something else, in one process. With `--check` it only compares. */

// The order matters: the routes, from which the later ones are made, import what the earlier ones write.
await import('./validators.ts');
await import('./database-types.ts');
await import('./openapi.ts');
await import('./rbac.ts');
await import('./key-operations.ts');
await import('./event-schemas.ts');
