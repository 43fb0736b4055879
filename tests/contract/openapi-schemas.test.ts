import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { idOut, isoDate, loginEmail, positiveQuantity } from '#kernel/fields.ts';
import type { Schema } from '#platform/http/route.ts';
import { FIELDS } from '../../tools/openapi-fields.ts';
import { ContractSchemas, type Side } from '../../tools/openapi-schemas.ts';

const Holder = z.object({ id: idOut, joined: isoDate.optional() });
const shared = new Map<string, Schema>([['Holder', Holder]]);

function rendered(schema: Schema, side: Side): unknown {
  const schemas = new ContractSchemas(shared);
  schemas.reference(schema, side, 'Rendered');
  return schemas.components.Rendered;
}

describe('schemas of the contract', () => {
  test('fields show what they declare, wherever and in whatever order they stand', () => {
    const fields = { a: idOut.nullable(), b: idOut, c: z.array(idOut), d: idOut.nullable() };
    const id = { type: 'string', format: 'uuid' };
    expect(rendered(z.object(fields), 'output')).toMatchObject({
      properties: {
        a: { ...id, type: ['string', 'null'] },
        b: id,
        c: { type: 'array', items: id },
        d: { ...id, type: ['string', 'null'] },
      },
      required: ['a', 'b', 'c', 'd'],
    });
  });

  test('requests show what is sent, answers what comes back', () => {
    const schema = z.object({ quantity: positiveQuantity, kind: z.enum(['A', 'B']).default('A') });
    expect(rendered(schema, 'input')).toMatchObject({
      properties: { quantity: { type: ['string', 'number'] }, kind: { default: 'A', enum: ['A', 'B'] } },
      required: ['quantity'],
    });
    expect(rendered(schema, 'output')).toMatchObject({ required: ['quantity', 'kind'] });
  });

  test('descriptions and defaults outlive what a field declares', () => {
    const schema = z.object({ on: isoDate.prefault('2026-01-31').describe('The last day.') });
    expect(rendered(schema, 'input')).toMatchObject({
      properties: {
        on: { type: 'string', format: 'date', default: '2026-01-31', description: 'The last day.' },
      },
    });
  });

  test('fields say what they mean by their name, or by what holds them', () => {
    const change = z.object({ before: z.string(), day: z.string().describe('Its own meaning.') });
    expect(rendered(z.object({ changes: z.array(change), before: z.string() }), 'output')).toMatchObject({
      properties: {
        changes: {
          items: {
            properties: {
              before: { description: FIELDS['changes.before'] },
              day: { description: 'Its own meaning.' },
            },
          },
        },
        before: { description: FIELDS.before },
      },
    });
  });

  test('requests refuse other fields, answers may gain some', () => {
    const schema = z.strictObject({ email: loginEmail });
    const email = { type: 'string', format: 'email', maxLength: 254, description: FIELDS.email };
    expect(rendered(schema, 'input')).toEqual({
      type: 'object',
      properties: { email },
      required: ['email'],
      additionalProperties: false,
    });
    expect(rendered(schema, 'output')).not.toHaveProperty('additionalProperties');
  });

  test('a shared schema appears once, under its name', () => {
    const schemas = new ContractSchemas(shared);
    const list = z.object({ data: z.array(Holder), first: Holder.optional() });
    expect(schemas.reference(list, 'output', 'List')).toEqual({ $ref: '#/components/schemas/List' });
    const $ref = '#/components/schemas/Holder';
    expect(schemas.components).toMatchObject({
      Holder: { properties: { id: { format: 'uuid' }, joined: { format: 'date' } }, required: ['id'] },
      List: { properties: { data: { items: { $ref } }, first: { $ref } } },
    });
  });

  test('a shared schema whose sides differ has a component for each', () => {
    const Kind = z.object({ kind: z.string().default('A') });
    const schemas = new ContractSchemas(new Map<string, Schema>([['Kind', Kind]]));
    schemas.reference(Kind, 'output', '');
    expect(schemas.reference(Kind, 'input', '')).toEqual({ $ref: '#/components/schemas/KindInput' });
    expect(Object.keys(schemas.components)).toEqual(['Kind', 'KindInput']);
  });

  test('a field may be named like a keyword', () => {
    const schema = z.object({ openapi: z.string(), properties: idOut, anyOf: z.string().nullable() });
    expect(rendered(schema, 'output')).toMatchObject({
      properties: {
        openapi: { type: 'string' },
        properties: { type: 'string', format: 'uuid' },
        anyOf: { type: ['string', 'null'] },
      },
    });
  });
});
