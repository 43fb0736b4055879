import { kebabCase } from '#platform/http/route.ts';
import { jobs } from '../../shared/jobs.ts';
import { routes } from '../../shared/routes.ts';

const entries = new Map([
  ...routes.map(({ operationId, entry }) => [`api-${kebabCase(operationId)}`, entry] as const),
  ...jobs.flatMap(({ name, entry }) =>
    ['worker', 'scheduled', 'step', 'called'].map((kind) => [`${kind}-${name}`, entry] as const),
  ),
  ['api-authorizer', 'functions/identity/authorizer.ts'],
  ['api-not-found', 'functions/meta/not-found.ts'],
  ['migrate', 'functions/platform/migrate.ts'],
  ['publish-console', 'functions/platform/publish-console.ts'],
]);

/** Returns the file that a function of an environment runs. Throws if it is in no table. */
export function entryOfFunction(environment: string, functionName: string): string {
  const entry = entries.get(functionName.slice(`vestry-${environment}-`.length));
  if (entry === undefined) throw new Error(`${functionName} is in no table`);
  return entry;
}
