import { z } from 'zod';
import type { Schema } from '#platform/http/route.ts';

export type JsonSchema = Record<string, unknown>;
/** Which side of a schema's transforms is shown: what a client sends, or what it gets. */
export type Side = 'input' | 'output';

export interface ObjectParts {
  readonly properties: Readonly<Record<string, JsonSchema>>;
  readonly required: readonly string[];
}

/** Zod's patterns of these are long, and say less than the format's name. */
const FORMATS_WITHOUT_PATTERN = ['email', 'uuid'];

/** Turns zod's schemas into the contract's, and keeps those that have a name for `components.schemas`. */
export class ContractSchemas {
  #components = new Map<string, JsonSchema>();
  #names: ReadonlyMap<Schema, string>;

  /** @param shared schemas that are referred to by name wherever they occur */
  constructor(shared: ReadonlyMap<string, Schema>) {
    this.#names = new Map([...shared].map(([name, schema]) => [schema, name]));
  }

  /** By name, in alphabetical order. */
  get components(): Record<string, JsonSchema> {
    return Object.fromEntries([...this.#components].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** A reference to the schema under its own name, else under the one given. */
  reference(schema: Schema, side: Side, fallbackName: string): JsonSchema {
    const rendered = this.#render(schema, side);
    const wanted = this.#names.get(schema) ?? fallbackName;
    const taken = this.#components.get(wanted);
    // A schema whose two sides differ has two components.
    const isFree = taken === undefined || JSON.stringify(taken) === JSON.stringify(rendered);
    const name = isFree ? wanted : `${wanted}${side === 'input' ? 'Input' : 'Output'}`;
    this.#components.set(name, rendered);
    return { $ref: `#/components/schemas/${name}` };
  }

  /** The fields of a schema that is sent as parameters. */
  parameters(schema: Schema): ObjectParts {
    const { properties = {}, required = [] } = this.#render(schema, 'input') as Partial<ObjectParts>;
    return { properties, required };
  }

  #render(schema: Schema, side: Side): JsonSchema {
    const { $schema, ...rendered } = z.toJSONSchema(schema, {
      io: side,
      unrepresentable: 'any',
      override: ({ zodSchema, jsonSchema, path }) => {
        const part = zodSchema as Schema;
        if (path.length > 0 && this.#names.has(part)) replace(jsonSchema, this.reference(part, side, ''));
        else refine(jsonSchema as JsonSchema, side);
      },
    });
    return rendered;
  }
}

function replace(target: object, content: JsonSchema): void {
  for (const key of Object.keys(target)) delete (target as JsonSchema)[key];
  Object.assign(target, content);
}

function refine(schema: JsonSchema, side: Side): void {
  if ('openapi' in schema) {
    // See `meta.openapi` in #platform/fields.ts: all that zod knows of such a field is how it is read.
    const { openapi, description } = schema as { openapi: JsonSchema; description?: string };
    replace(schema, { ...(description === undefined ? {} : { description }), ...openapi });
  }
  if (FORMATS_WITHOUT_PATTERN.includes(String(schema.format))) delete schema.pattern;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (isAnyString(schema.propertyNames)) delete schema.propertyNames;
  if (Array.isArray(schema.anyOf)) replace(schema, nullable(schema, schema.anyOf as JsonSchema[]));
  // Answers may gain fields; a client that refused them would break.
  if (side === 'output' && schema.additionalProperties === false) delete schema.additionalProperties;
}

function isAnyString(names: unknown): boolean {
  return JSON.stringify(names) === '{"type":"string"}';
}

/** `anyOf: [{ type: 'string' }, { type: 'null' }]` → `type: ['string', 'null']`, which readers show in a line. */
function nullable(schema: JsonSchema, [first, second, ...others]: readonly JsonSchema[]): JsonSchema {
  const isSimple = typeof first?.type === 'string' && !('enum' in first) && !('const' in first);
  const { anyOf, ...rest } = schema;
  if (!isSimple || second?.type !== 'null' || others.length > 0) return { ...schema };
  return { ...rest, ...first, type: [first.type, 'null'] };
}
