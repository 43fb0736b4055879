import recorded from '../docs/examples.json' with { type: 'json' };
import type { JsonSchema } from './openapi-schemas.ts';
import { WRITTEN } from './written-examples.ts';

type Json = Record<string, unknown>;
type Paths = Readonly<Record<string, Readonly<Record<string, Json>>>>;

interface Content {
  readonly schema: JsonSchema & { readonly $ref?: string };
  example?: unknown;
}

/**
 * Shows an answer of each operation: what `npm run examples` has recorded, or else what was recorded of the same schema by another one, also
 * as an entry of its list, or else what was written.
 */
export function showAnswers(paths: Paths, components: Readonly<Record<string, JsonSchema>>): void {
  const bySchema = new Map<string, unknown>();
  const answers = Object.values(paths)
    .flatMap((methods) => Object.values(methods))
    .flatMap((operation) =>
      // The examples of an operation are of its success; its other answer is that the change waits.
      jsonAnswers(operation).map((content, index) => ({
        operationId: index === 0 ? String(operation.operationId) : '',
        content,
      })),
    );
  for (const { operationId, content } of answers) {
    const example = (recorded as Json)[operationId];
    if (example === undefined) continue;
    content.example = example;
    for (const [name, part] of partsOf(content.schema.$ref, example, components))
      if (!bySchema.has(name)) bySchema.set(name, part);
  }
  for (const { operationId, content } of answers) {
    const name = content.schema.$ref ?? '';
    const example =
      content.example ??
      WRITTEN[operationId] ??
      bySchema.get(name) ??
      WRITTEN[name.slice(name.lastIndexOf('/') + 1)];
    if (example !== undefined) content.example = example;
  }
}

/** The JSON bodies of an operation’s successes. */
function jsonAnswers({ responses }: Json): Content[] {
  return Object.entries(responses as Record<string, Json>)
    .filter(([status]) => status.startsWith('2'))
    .flatMap(([, { content = {} }]) => Object.entries(content as Record<string, Content>))
    .filter(([mediaType]) => /[/+]json$/.test(mediaType))
    .map(([, content]) => content);
}

/** An example of a schema with those of the schemas in it: the entries of its lists, and its fields. */
function partsOf(
  $ref: string | undefined,
  example: unknown,
  components: Readonly<Record<string, JsonSchema>>,
): [string, unknown][] {
  if ($ref === undefined || typeof example !== 'object' || example === null) return [];
  const schema = components[$ref.slice($ref.lastIndexOf('/') + 1)];
  const properties = (schema?.properties ?? {}) as Record<string, JsonSchema>;
  const parts = Object.entries(example).flatMap(([name, value]) => {
    const field = properties[name];
    const items = field?.items as JsonSchema | undefined;
    return Array.isArray(value)
      ? partsOf(items?.$ref as string | undefined, value[0], components)
      : partsOf(field?.$ref as string | undefined, value, components);
  });
  return [[$ref, example], ...parts];
}
