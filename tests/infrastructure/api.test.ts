import { describe, expect, test } from 'vitest';
import { ANSWER_HEADERS } from '#contracts/answer-headers.ts';
import { publicPath } from '#contracts/api-paths.ts';
import { problemRegistry } from '#contracts/problems.ts';
import { LIMIT_WINDOW_SECONDS } from '#contracts/request-classes.ts';
import { readEnvironment } from '#lib/environment.ts';
import { environmentNames } from '#lib/environment-names.ts';
import { tablesOf } from '#lib/vestry.ts';
import { kebabCase, limitOf } from '#platform/http/route.ts';
import { Synthesised, type TemplateProperties } from './synthesised.ts';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

describe.each(environmentNames())('API of %s', (name) => {
  const environment = readEnvironment(name);
  const { routes } = tablesOf(environment);
  const synthesised = Synthesised.of(environment);
  const [api] = synthesised.ofType('AWS::ApiGateway::RestApi');
  const body: TemplateProperties = api?.Properties.Body;

  /** The name of the function that an integration or authorizer URI leads to. */
  function functionOf(uri: unknown): string {
    return synthesised.functionBehind(api?.stack ?? '', uri).Properties.FunctionName;
  }

  test('there are routes', () => {
    expect(routes.length).toBeGreaterThan(0);
  });

  test.each(routes)('$method $path runs $operationId, behind the authorizer unless public', (route) => {
    const operation = body.paths[publicPath(route)]?.[route.method.toLowerCase()];
    expect(operation.operationId).toBe(route.operationId);
    expect(functionOf(operation['x-amazon-apigateway-integration'].uri)).toBe(
      `vestry-${name}-api-${kebabCase(route.operationId)}`,
    );
    expect(operation.security).toEqual(route.roles === 'PUBLIC' ? [] : [{ token: [] }]);
  });

  test('HEAD goes where GET does, to the same function and behind the same authorizer', () => {
    const heads = Object.values<TemplateProperties>(body.paths).filter((item) => 'head' in item);
    const reading = routes.filter(({ method, audit }) => method === 'GET' && audit === undefined);
    expect(heads).toHaveLength(reading.length);
    for (const { get, head } of heads) {
      const { operationId, ...operation } = get;
      expect(head, operationId).toEqual(operation);
    }
  });

  test('HEAD of the callback of a sign-in, which would use up its code, is answered by not-found', () => {
    const { get, head, ...item } = body.paths['/api/auth/oidc/{connection}/callback'];
    expect([get.operationId, head]).toEqual(['finishOidcSignIn', undefined]);
    expect(item).toHaveProperty('x-amazon-apigateway-any-method');
  });

  test('there are no other operations', () => {
    const operations = Object.values<TemplateProperties>(body.paths).flatMap((item) =>
      METHODS.filter((method) => method in item),
    );
    expect(operations).toHaveLength(routes.length);
  });

  test('every other method and path is answered by not-found', () => {
    expect(Object.keys(body.paths)).toEqual(expect.arrayContaining(['/', '/api', '/{proxy+}']));
    for (const item of Object.values<TemplateProperties>(body.paths)) {
      const { uri } = item['x-amazon-apigateway-any-method']['x-amazon-apigateway-integration'];
      expect(functionOf(uri)).toBe(`vestry-${name}-api-not-found`);
    }
  });

  test('the authorizer verifies every token, without caching', () => {
    const { 'x-amazon-apigateway-authorizer': authorizer } = body.components.securitySchemes.token;
    expect(functionOf(authorizer.authorizerUri)).toBe(`vestry-${name}-api-authorizer`);
    expect(authorizer.identitySource).toBe('method.request.header.Authorization');
  });

  test('connections older than TLS 1.2, or without forward secrecy, are refused', () => {
    expect(body['x-amazon-apigateway-security-policy']).toBe('SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09');
    // API Gateway refuses a policy of this kind without it.
    expect(body['x-amazon-apigateway-endpoint-access-mode']).toBe('BASIC');
  });

  test('refusals are problem documents that the registry knows', () => {
    const responses = Object.entries<TemplateProperties>(body['x-amazon-apigateway-gateway-responses']);
    for (const [, response] of responses) {
      const problem = JSON.parse(response.responseTemplates['application/json']);
      const slug = problem.type.replace('/problems/', '') as keyof typeof problemRegistry;
      expect(problemRegistry[slug]).toEqual({ status: response.statusCode, title: problem.title });
      for (const [header, value] of Object.entries(ANSWER_HEADERS))
        expect(response.responseParameters[`gatewayresponse.header.${header}`]).toBe(`'${value}'`);
      expect(response.responseParameters['gatewayresponse.header.Content-Type']).toBe(
        "'application/problem+json'",
      );
    }
    const statuses = Object.fromEntries(
      responses.map(([occasion, { statusCode }]) => [occasion, statusCode]),
    );
    expect(statuses).toMatchObject({
      UNAUTHORIZED: 401,
      ACCESS_DENIED: 403,
      REQUEST_TOO_LARGE: 413,
      INTEGRATION_TIMEOUT: 504,
    });
  });

  test('browsers elsewhere are answered for exactly the configured origins', () => {
    const answering = synthesised
      .ofType('AWS::Lambda::Function')
      .filter(({ Properties }) => /-api-(?!authorizer$)/.test(Properties.FunctionName));
    expect(answering).toHaveLength(routes.length + 1);
    for (const { Properties } of answering)
      expect(Properties.Environment.Variables.CORS_ORIGINS ?? '').toBe(environment.corsOrigins.join(','));
    // A preflight has no operation of its own: not-found answers it, because only a function can compare origins.
    for (const item of Object.values<TemplateProperties>(body.paths))
      expect(item).not.toHaveProperty('options');
  });

  test('a page sees why API Gateway itself refused it', () => {
    const responses = Object.values<TemplateProperties>(body['x-amazon-apigateway-gateway-responses']);
    for (const { responseParameters } of responses) {
      const allowed = responseParameters['gatewayresponse.header.Access-Control-Allow-Origin'];
      if (environment.corsOrigins.length === 0) expect(allowed).toBeUndefined();
      else expect(allowed).toMatch(/^('https:\/\/[^*]+'|method\.request\.header\.Origin)$/);
    }
  });

  test('what API Gateway refuses for a time says for how long', () => {
    const responses = body['x-amazon-apigateway-gateway-responses'];
    const refusals = Object.entries<TemplateProperties>(responses);
    const passing = refusals.filter(([, { statusCode }]) => [429, 503].includes(Number(statusCode)));
    expect(passing.map(([name]) => name)).toEqual(expect.arrayContaining(['THROTTLED', 'QUOTA_EXCEEDED']));
    for (const [name, { responseParameters }] of passing)
      expect(responseParameters['gatewayresponse.header.Retry-After'], name).toMatch(/^'[1-9]\d*'$/);
  });

  // Development has one machine, and clients that measure it.
  if (!environment.webhooksToLoopback)
    test('no tenant can use up what the stage admits for all', () => {
      const [stage] = synthesised.ofType('AWS::ApiGateway::Stage');
      const { reads, writes, uploads, reports, provisioning } = environment.requestQuotas;
      const ofTenant = [reads, writes, uploads, reports, provisioning].reduce(
        (sum, { tenant }) => sum + tenant,
        0,
      );
      const admitted = stage?.Properties.MethodSettings[0].ThrottlingRateLimit * LIMIT_WINDOW_SECONDS;
      expect(ofTenant).toBeLessThan(admitted / 3);
    });

  test('a function knows the quotas of its class', () => {
    const functions = new Map(
      synthesised
        .ofType('AWS::Lambda::Function')
        .map(({ Properties }) => [Properties.FunctionName, Properties.Environment?.Variables]),
    );
    for (const route of routes) {
      const variables: object = functions.get(`vestry-${name}-api-${kebabCase(route.operationId)}`);
      const known = Object.entries(variables).filter(([variable]) => variable.startsWith('REQUESTS_PER_'));
      const requestClass = limitOf(route);
      const quotas = Object.entries(
        requestClass === undefined ? {} : environment.requestQuotas[requestClass],
      );
      expect(Object.fromEntries(known), route.operationId).toEqual(
        Object.fromEntries(quotas.map(([of, quota]) => [`REQUESTS_PER_${of.toUpperCase()}`, String(quota)])),
      );
    }
  });

  test('the stage is logged, traced, throttled, and behind the firewall', () => {
    const [stage] = synthesised.ofType('AWS::ApiGateway::Stage');
    expect(stage?.Properties).toMatchObject({ StageName: 'live', TracingEnabled: true });
    expect(JSON.parse(stage?.Properties.AccessLogSetting.Format)).not.toHaveProperty('path');
    expect(stage?.Properties.MethodSettings[0]).toMatchObject({ DataTraceEnabled: false });
    expect(stage?.Properties.MethodSettings[0].ThrottlingRateLimit).toBeGreaterThan(0);
    expect(synthesised.ofType('AWS::WAFv2::WebACLAssociation')).toHaveLength(1);
  });

  test('the firewall lets a payroll client through, and tells a flood when to come back', () => {
    const scope = environment.edge === undefined ? 'REGIONAL' : 'CLOUDFRONT';
    const [acl] = synthesised
      .ofType('AWS::WAFv2::WebACL')
      .filter(({ Properties }) => Properties.Scope === scope);
    const rate = acl?.Properties.Rules.find(({ Name }: { Name: string }) => Name === 'RatePerAddress');
    expect(rate.Statement.RateBasedStatement.Limit).toBe(environment.requestsPerAddress);
    // A client that sends 50 requests a second, for as long as it likes.
    expect(environment.requestsPerAddress).toBeGreaterThan(50 * 300);
    const { ResponseCode, ResponseHeaders, CustomResponseBodyKey } = rate.Action.Block.CustomResponse;
    expect(ResponseCode).toBe(429);
    expect(ResponseHeaders).toContainEqual({ Name: 'Retry-After', Value: expect.stringMatching(/^\d+$/) });
    const { Content } = acl?.Properties.CustomResponseBodies[CustomResponseBodyKey] ?? {};
    expect(JSON.parse(Content)).toMatchObject({ type: '/problems/too-many-requests', status: 429 });
  });

  test('the firewall logs what it blocks, without what lets anybody in', () => {
    const loggings = synthesised.ofType('AWS::WAFv2::LoggingConfiguration');
    const groups = loggings.map(({ stack, Properties: { LogDestinationConfigs, ...logging } }) => {
      expect(JSON.stringify(logging.LoggingFilter)).toContain('"Action":"BLOCK"');
      const redacted = JSON.stringify(logging.RedactedFields);
      for (const field of ['authorization', 'cookie', 'UriPath', 'QueryString'])
        expect(redacted).toContain(field);
      return synthesised.referred(stack, LogDestinationConfigs[0]).Properties.LogGroupName;
    });
    const ofApi = `aws-waf-logs-vestry-${name}`;
    expect(groups.sort()).toEqual(environment.edge === undefined ? [ofApi] : [ofApi, `${ofApi}-edge`]);
  });
});
