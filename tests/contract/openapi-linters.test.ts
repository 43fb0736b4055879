import { createConfig, lintFromString } from '@redocly/openapi-core';
import spectralCore from '@stoplight/spectral-core';
import spectralRulesets from '@stoplight/spectral-rulesets';
import { beforeAll, describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { routes, sharedSchemas } from '../../shared/routes.ts';
import { openApiDocument } from '../../tools/openapi-document.ts';

const document = openApiDocument(routes, sharedSchemas, packageJson.version);

/** The rules of Redocly that the contract breaks on purpose. */
const REDOCLY_EXCEPTIONS: readonly string[] = [
  // `/shareholders/transfers/{id}` and `/shareholders/{id}/kyc` would only meet in an id that is called `transfers`; ids are UUIDs.
  'no-ambiguous-paths',
  // A sign-on begins with a redirect, and with nothing else.
  'operation-2xx-response',
];

describe('the linters that integrators use find nothing in the contract', () => {
  let problems: Awaited<ReturnType<typeof lintFromString>>;

  // One run by all rules says what those find that are exceptions, and what the others do.
  beforeAll(async () => {
    const config = await createConfig({ extends: ['recommended'] });
    const source = JSON.stringify(document);
    problems = await lintFromString({ source, absoluteRef: '/openapi.json', config });
  });

  test('Redocly, by its recommended rules', () => {
    const found = problems.filter(({ ruleId }) => !REDOCLY_EXCEPTIONS.includes(ruleId));
    expect(found.map(({ ruleId, location }) => `${ruleId} at ${location[0]?.pointer}`)).toEqual([]);
  });

  test('Redocly finds what the exceptions are for without them', () => {
    const rules = new Set(problems.map(({ ruleId }) => ruleId));
    expect([...rules].sort()).toEqual(REDOCLY_EXCEPTIONS);
  });

  test('Spectral, by its rules for OpenAPI', async () => {
    const spectral = new spectralCore.Spectral();
    spectral.setRuleset({
      // Its type asks for more than rulesets have.
      extends: [[spectralRulesets.oas as never, 'recommended']],
      // It compiles the schemas for each example: `openapi.test.ts` does so once.
      rules: { 'oas3-valid-media-example': 'off' },
    });
    const broken = await spectral.run(structuredClone(document));
    expect(broken.map(({ code, path }) => `${code} at ${path.join('/')}`)).toEqual([]);
  });
});
