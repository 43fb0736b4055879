import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import { publicPath } from '#contracts/api-paths.ts';
import { problemRegistry, problemType } from '#contracts/problems.ts';
import { answersEtag, idempotencyOf, ifMatchOf } from '#platform/http/route.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { type RouteEntry, routes, sharedSchemas } from '../../shared/routes.ts';
import { isPublished, openApiDocument } from '../../tools/openapi-document.ts';
import { FIELDS } from '../../tools/openapi-fields.ts';
import { TAGS } from '../../tools/openapi-tags.ts';

// biome-ignore lint/suspicious/noExplicitAny: the document is asserted on, and an assertion on a wrong path fails
type Json = any;

const FILE = join(import.meta.dirname, '../../docs/openapi.json');
const document: Json = openApiDocument(routes, sharedSchemas, packageJson.version);
const published = routes.filter(isPublished);

/** Answers that are defined elsewhere. */
const WITHOUT_EXAMPLE = {
  getOpenapi: 'the contract itself',
  getScimConfig: 'RFC 7643, section 5',
  listScimSchemas: 'RFC 7643, section 7',
  getScimSchema: 'RFC 7643, section 7',
  listScimResourceTypes: 'RFC 7643, section 6',
  getScimResourceType: 'RFC 7643, section 6',
};

/** Objects that say when they were made, and not by whom. */
const WITHOUT_CREATOR: Readonly<Record<string, string>> = {
  AddPasskeyResponse: 'one’s own passkey',
  BankFile: 'written by the platform, or come from a bank',
  FetchBankFileResponse: 'a bank file',
  GetBankFileResponse: 'a bank file',
  ListPasskeysResponse: 'one’s own passkeys',
  RenamePasskeyResponse: 'one’s own passkey',
  ReportedContribution: 'a row of a report, made of events; the contribution says it',
  ReportedTransaction: 'a row of a report, made of events; the transaction says it',
};

function operationOf(route: RouteEntry): Json {
  return document.paths[publicPath(route)]?.[route.method.toLowerCase()];
}

function resolved(part: Json): Json {
  if (part?.$ref === undefined) return part;
  const [, ...keys] = part.$ref.split('/');
  return keys.reduce((here: Json, key: string) => here[key], document);
}

/** Every object in the document with where it stands. */
function* parts(part: Json, path = ''): Generator<[path: string, part: Json]> {
  if (part === null || typeof part !== 'object') return;
  yield [path, part];
  for (const [key, value] of Object.entries(part))
    yield* parts(value, `${path}/${key.replaceAll('/', '~1')}`);
}

/** Whether the properties at a place are the names of fields, such as a field that is called `properties`. */
const isSchemas = (path: string): boolean => path.endsWith('/properties');

function compiledSchemas(): (name: string) => ValidateFunction | undefined {
  const ajv = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true });
  addFormats.default(ajv);
  ajv.addVocabulary(['components']);
  const $id = 'https://contract.invalid/';
  ajv.addSchema({ $id, components: { schemas: document.components.schemas } });
  return (name) => ajv.getSchema(`${$id}#/components/schemas/${name}`);
}

describe('the contract', () => {
  test('is valid OpenAPI 3.1', async () => {
    const validator = new Validator();
    expect(await validator.validate(structuredClone(document))).toMatchObject({ valid: true });
    expect(validator.version).toBe('3.1');
  });

  test('has only schemas that a validator can compile', () => {
    const compiled = compiledSchemas();
    for (const name of Object.keys(document.components.schemas))
      expect(compiled(name), name).toBeTypeOf('function');
  });

  test('is what `npm run openapi` has written', () => {
    expect(readFileSync(FILE, 'utf8')).toBe(`${JSON.stringify(document, null, 2)}\n`);
  });

  test('is the same for the same routes', () => {
    const again = openApiDocument(routes, sharedSchemas, packageJson.version);
    expect(JSON.stringify(again)).toBe(JSON.stringify(document));
  });

  test('has every route, and no other operation', () => {
    const operations = Object.values<Json>(document.paths).flatMap((item) =>
      Object.values<Json>(item).map(({ operationId }) => operationId),
    );
    expect(operations.sort()).toEqual(published.map(({ operationId }) => operationId).sort());
  });

  test('refers to components that exist, and has none that nothing refers to', () => {
    const references = [...parts(document)].map(([, { $ref }]) => $ref).filter((ref) => ref !== undefined);
    for (const $ref of references) expect(resolved({ $ref }), $ref).toBeDefined();
    for (const kind of ['schemas', 'responses', 'headers'])
      for (const name of Object.keys(document.components[kind]))
        expect(references).toContain(`#/components/${kind}/${name}`);
  });

  test('says of every field what it is', () => {
    const empty = [...parts(document)]
      .filter(([, part]) => Object.keys(part).length === 0)
      .map(([path]) => path)
      // Maps of anything, defaults that are empty, and tokens without scopes.
      .filter(
        (path) =>
          !/\/example(\/|$)/.test(path) &&
          !/\/(additionalProperties|default|security(\/0\/accessToken)?)$/.test(path),
      );
    expect(empty).toEqual([]);
  });

  test('says of every field and parameter what it means (tools/openapi-fields.ts, tools/openapi-parameters.ts)', () => {
    const silent = [...parts(document.components.schemas), ...parts(document.paths)].flatMap(
      ([path, part]) => [
        ...Object.entries<Json>(isSchemas(path) ? {} : (part.properties ?? {}))
          .filter(([, field]) => field.description === undefined)
          .map(([name]) => `${path}.${name}`),
        ...('in' in part && part.description === undefined ? [`${path}: ${part.name}`] : []),
      ],
    );
    expect(silent).toEqual([]);
  });

  test('says of everything that was created by whom', () => {
    const made = [...parts(document.components.schemas)].filter(
      ([path, { properties = {} }]) =>
        !isSchemas(path) && ('created_at' in properties || 'cast_at' in properties),
    );
    const silent = made
      .filter(([, { properties }]) => !('created_by' in properties))
      .map(([path]) => path.split('/')[1]);
    expect([...new Set(silent)].toSorted()).toEqual(Object.keys(WITHOUT_CREATOR));
  });

  test('has no meaning for a field that is nowhere', () => {
    const said = new Set<string>([...parts(document.components.schemas)].map(([, part]) => part.description));
    const unused = Object.entries(FIELDS).filter(([, text]) => !said.has(text));
    expect(unused.map(([name]) => name)).toEqual([]);
  });

  test('has no meaning for a field in one place that it has everywhere', () => {
    const unqualified = (name: string) => name.slice(name.indexOf('.') + 1);
    const repeated = Object.entries(FIELDS).filter(
      ([name, text]) => name.includes('.') && FIELDS[unqualified(name)] === text,
    );
    expect(repeated.map(([name]) => name)).toEqual([]);
  });

  test('describes the group of every operation', () => {
    expect(Object.keys(TAGS)).toEqual(expect.arrayContaining([...new Set(routes.map((r) => r.group))]));
  });

  test('shows problems as they are sent', () => {
    const isProblem = compiledSchemas()('Problem');
    for (const response of Object.values<Json>(document.components.responses))
      for (const { value } of Object.values<Json>(response.content['application/problem+json'].examples))
        expect(isProblem?.(value), JSON.stringify(value)).toBe(true);
  });
});

const compiled = compiledSchemas();

describe.each(published)('$method $path', (route) => {
  const operation = operationOf(route);
  const parameters = (operation?.parameters ?? []).map(resolved);
  const named = (name: string) => parameters.find((parameter: Json) => parameter.name === name);

  test('declares the parameters of its path', () => {
    const inPath = parameters.filter((parameter: Json) => parameter.in === 'path');
    const names = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    expect(inPath.map(({ name }: Json) => name)).toEqual(names);
    for (const parameter of inPath) expect(parameter.required).toBe(true);
  });

  test('names who may call it', () => {
    const isPublic = route.roles === 'PUBLIC';
    expect(operation.security).toEqual(isPublic ? [] : [{ accessToken: [] }]);
    expect(operation['x-roles']).toEqual(isPublic ? ['PUBLIC'] : route.roles);
    expect(operation['x-tenant-types']?.length > 0).toBe(!isPublic);
  });

  test('asks for the headers that it needs', () => {
    const idempotency = idempotencyOf(route);
    expect(named('Idempotency-Key') !== undefined).toBe(idempotency !== 'none');
    expect(named('Idempotency-Key')?.required === true).toBe(idempotency === 'required');
    expect(named('If-Match') !== undefined).toBe(ifMatchOf(route) !== 'none');
    expect(named('If-Match')?.required === true).toBe(ifMatchOf(route) === 'required');
  });

  test('shows its answer', () => {
    const answer = operation.responses[route.status];
    expect(answer.content !== undefined).toBe(route.response !== undefined);
    if (route.response !== undefined)
      expect(Object.keys(answer.content)).toEqual(route.produces ?? ['application/json']);
    expect('ETag' in answer.headers).toBe(answersEtag(route));
    expect('Location' in answer.headers).toBe(route.location !== undefined);
  });

  test('shows an answer that its schema accepts (npm run examples, tools/written-examples.ts)', () => {
    if (route.operationId in WITHOUT_EXAMPLE) return;
    for (const [status, { content = {} }] of Object.entries<Json>(operation.responses)) {
      if (!status.startsWith('2')) continue;
      for (const [mediaType, { schema, example }] of Object.entries<Json>(content)) {
        if (!/[/+]json$/.test(mediaType)) continue;
        expect(example, `${status} ${mediaType}`).toBeDefined();
        const validators = (schema.anyOf ?? [schema]).map(({ $ref }: Json) =>
          compiled($ref.split('/').at(-1)),
        );
        const accepts = validators.some((validate: ValidateFunction) => validate(example));
        expect(accepts, JSON.stringify(validators.map(({ errors }: ValidateFunction) => errors))).toBe(true);
      }
    }
  });

  test('shows its body, or takes none', () => {
    expect(operation.requestBody !== undefined).toBe(route.body !== undefined);
    if (route.body !== undefined)
      expect(Object.keys(operation.requestBody.content)).toEqual(route.consumes ?? ['application/json']);
  });

  test('shows its problems, and those of every route', () => {
    const common = ['malformed-request', 'validation-failed', 'too-many-requests', 'internal-error'] as const;
    const guarded = route.roles === 'PUBLIC' ? [] : (['unauthenticated', 'forbidden'] as const);
    for (const slug of [...route.problems, ...common, ...guarded]) {
      const response = resolved(operation.responses[problemRegistry[slug].status]);
      const example = response?.content['application/problem+json'].examples[slug];
      expect(example?.value.type, slug).toBe(problemType(slug));
    }
  });
});
