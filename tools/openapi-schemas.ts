import * as z from 'zod';
import type { Schema } from '#platform/http/route.ts';
import { FIELDS } from './openapi-fields.ts';

export type JsonSchema = Record<string, unknown>;
/** Zod's schemas, of whichever flavour. */
type AnySchema = z.core.$ZodType;
/** The side of a schema's transforms that is shown: what a client sends, or what it gets. */
export type Side = 'input' | 'output';

export interface ObjectParts {
  readonly properties: Readonly<Record<string, JsonSchema>>;
  readonly required: readonly string[];
}

/** Zod's patterns of these are long and less clear than the format's name. */
const FORMATS_WITHOUT_PATTERN = ['email', 'uuid'];

/** Turns zod's schemas into the contract's, and keeps those that have a name for `components.schemas`. */
export class ContractSchemas {
  #components = new Map<string, JsonSchema>();
  #names: ReadonlyMap<AnySchema, string>;

  /** @param shared schemas that are referred to by name wherever they occur */
  constructor(shared: ReadonlyMap<string, Schema>) {
    this.#names = new Map([...shared].map(([name, schema]) => [schema, name]));
  }

  /** The components by name, in alphabetical order. */
  get components(): Record<string, JsonSchema> {
    return Object.fromEntries([...this.#components].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** Returns a reference to the schema under its own name, or else under the given one. */
  reference(schema: AnySchema, side: Side, fallbackName: string): JsonSchema {
    const rendered = this.#render(schema, side);
    const wanted = this.#names.get(schema) ?? fallbackName;
    const taken = this.#components.get(wanted);
    // A schema whose two sides differ has two components.
    const isFree =
      taken === undefined || JSON.stringify(taken) === JSON.stringify(described(rendered, wanted));
    const name = isFree ? wanted : `${wanted}${side === 'input' ? 'Input' : 'Output'}`;
    this.#components.set(name, described(rendered, name));
    return { $ref: `#/components/schemas/${name}` };
  }

  /** Adds a component that is made of others, and returns a reference to it. */
  compose(name: string, schema: JsonSchema): JsonSchema {
    this.#components.set(name, schema);
    return { $ref: `#/components/schemas/${name}` };
  }

  /** The fields of a schema that is sent as parameters. */
  parameters(schema: AnySchema): ObjectParts {
    const { properties = {}, required = [] } = this.#render(schema, 'input') as Partial<ObjectParts>;
    return { properties, required };
  }

  #render(schema: AnySchema, side: Side): JsonSchema {
    const { $schema, ...rendered } = z.toJSONSchema(schema, {
      io: side,
      unrepresentable: 'any',
      override: ({ zodSchema, jsonSchema, path }) => {
        if (path.length === 0 || !this.#names.has(zodSchema)) return;
        replace(jsonSchema, this.reference(zodSchema, side, ''));
      },
    });
    return tidy(rendered, side);
  }
}

function replace(target: object, content: JsonSchema): void {
  for (const key of Object.keys(target)) delete (target as JsonSchema)[key];
  Object.assign(target, content);
}

/** Keywords whose value is a schema, a list of schemas, or schemas by name. */
const ONE = ['items', 'additionalProperties', 'propertyNames', 'not'];
const LIST = ['anyOf', 'oneOf', 'allOf', 'prefixItems'];
const BY_NAME = ['properties', 'patternProperties'];
/** The annotations that remain of a schema that `meta.openapi` replaces. */
const ANNOTATIONS = ['title', 'description', 'default', 'deprecated'];

/** A schema as a person would have written it. It works on the whole, because zod visits parts in no certain order. */
function tidy(schema: JsonSchema, side: Side): JsonSchema {
  const inner = (value: unknown) => (isObject(value) ? tidy(value, side) : value);
  const tidied = mapEntries(schema, (value, key) => {
    if (ONE.includes(key)) return inner(value);
    if (LIST.includes(key)) return (value as unknown[]).map(inner);
    return BY_NAME.includes(key) ? mapEntries(value as JsonSchema, inner) : value;
  });
  return nullable(withoutNoise(declared(tidied), side));
}

/**
 * Says of each field what it means, unless its schema does.
 * @param component the name of the schema
 * @param parent the field that holds it, where it is a part of another schema
 */
export function described(schema: JsonSchema, component: string, parent = component): JsonSchema {
  const within = (value: unknown, owner: string) =>
    isObject(value) ? described(value, component, owner) : value;
  return mapEntries(schema, (value, key) => {
    if (ONE.includes(key)) return within(value, parent);
    if (LIST.includes(key)) return (value as unknown[]).map((one) => within(one, parent));
    if (!BY_NAME.includes(key)) return value;
    return mapEntries(value as JsonSchema, (field, name) => {
      const description = FIELDS[`${component}.${name}`] ?? FIELDS[`${parent}.${name}`] ?? FIELDS[name];
      const inner = within(field, name);
      return description === undefined || !isObject(inner) ? inner : { description, ...inner };
    });
  });
}

/** Applies `meta.openapi` of #kernel/fields.ts, because zod knows only how such a field is read. */
function declared(schema: JsonSchema): JsonSchema {
  if (!isObject(schema.openapi)) return schema;
  const annotations = Object.entries(schema).filter(([key]) => ANNOTATIONS.includes(key));
  return { ...Object.fromEntries(annotations), ...schema.openapi };
}

function withoutNoise(schema: JsonSchema, side: Side): JsonSchema {
  const isNoise = (value: unknown, key: string) =>
    (key === 'pattern' && FORMATS_WITHOUT_PATTERN.includes(String(schema.format))) ||
    (key === 'minimum' && value === Number.MIN_SAFE_INTEGER) ||
    (key === 'maximum' && value === Number.MAX_SAFE_INTEGER) ||
    (key === 'propertyNames' && JSON.stringify(value) === '{"type":"string"}') ||
    // Answers may gain fields; a client that refused them would break.
    (key === 'additionalProperties' && value === false && side === 'output');
  return Object.fromEntries(Object.entries(schema).filter(([key, value]) => !isNoise(value, key)));
}

/** `anyOf: [{ type: 'string' }, { type: 'null' }]` → `type: ['string', 'null']`, which readers show in a line. */
function nullable(schema: JsonSchema): JsonSchema {
  const { anyOf, ...rest } = schema;
  const [first, second, ...others] = (anyOf ?? []) as JsonSchema[];
  const isSimple = typeof first?.type === 'string' && !('enum' in first) && !('const' in first);
  if (!isSimple || second?.type !== 'null' || others.length > 0) return schema;
  return { ...rest, ...first, type: [first.type, 'null'] };
}

function isObject(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mapEntries(object: JsonSchema, map: (value: unknown, key: string) => unknown): JsonSchema {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value, key)]));
}
