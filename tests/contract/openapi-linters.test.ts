import { createConfig, lintFromString } from '@redocly/openapi-core';
import spectralCore from '@stoplight/spectral-core';
import spectralRulesets from '@stoplight/spectral-rulesets';
import { describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { routes, sharedSchemas } from '../../shared/routes.ts';
import { openApiDocument } from '../../tools/openapi-document.ts';

const document = openApiDocument(routes, sharedSchemas, packageJson.version);

/** The rules of Redocly that the contract breaks on purpose. */
const REDOCLY_EXCEPTIONS = {
  // `/shareholders/transfers/{id}` and `/shareholders/{id}/kyc` would only meet in an id that is called `transfers`; ids are UUIDs.
  'no-ambiguous-paths': 'off',
  // A sign-on begins with a redirect, and with nothing else.
  'operation-2xx-response': 'off',
} as const;

async function brokenByRedocly(exceptions: Record<string, 'off'>) {
  const config = await createConfig({ extends: ['recommended'], rules: exceptions });
  return lintFromString({ source: JSON.stringify(document), absoluteRef: '/openapi.json', config });
}

describe('the linters that integrators use find nothing in the contract', () => {
  test('Redocly, by its recommended rules', async () => {
    const problems = await brokenByRedocly(REDOCLY_EXCEPTIONS);
    expect(problems.map(({ ruleId, location }) => `${ruleId} at ${location[0]?.pointer}`)).toEqual([]);
  });

  test('Redocly finds what the exceptions are for without them', async () => {
    const rules = new Set((await brokenByRedocly({})).map(({ ruleId }) => ruleId));
    expect([...rules].sort()).toEqual(Object.keys(REDOCLY_EXCEPTIONS));
  });

  test('Spectral, by its rules for OpenAPI', async () => {
    const spectral = new spectralCore.Spectral();
    spectral.setRuleset({
      // Its type asks for more than rulesets have.
      extends: [[spectralRulesets.oas as never, 'recommended']],
      // It compiles the schemas for each example: `openapi.test.ts` does so once.
      rules: { 'oas3-valid-media-example': 'off' },
    });
    const problems = await spectral.run(structuredClone(document));
    expect(problems.map(({ code, path }) => `${code} at ${path.join('/')}`)).toEqual([]);
  });
});
