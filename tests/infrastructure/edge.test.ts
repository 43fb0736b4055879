import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { consoleHeaders } from '#contracts/console.ts';
import { type Environment, EnvironmentSchema, readEnvironment } from '#lib/environment.ts';
import { edgeServices } from '#tests/support/edge-services.ts';
import { commands, HAS_AWS_CLI, section } from '#tests/support/runbook.ts';
import { refusals, stackStates } from './release-simulator.ts';
import { Synthesised, type TemplateProperties, type TemplateResource } from './synthesised.ts';

const production = readEnvironment('acme-prod');
const staging = readEnvironment('staging');
const HOSTED_ZONE = 'Z0123456789ABCDEFGHIJ';
const DOMAIN = 'equity.staging.example';
const stagingAtEdge = { ...staging, edge: { domain: DOMAIN, hostedZoneId: HOSTED_ZONE, keys: [1] } };

interface ViewedRequest {
  readonly headers?: Readonly<Record<string, string>>;
  readonly labels?: readonly string[];
  /** Whether its address has sent more than its share. */
  readonly isFlood?: boolean;
}

/** Evaluates a statement as WAF does. A statement of another kind fails the test. */
function matches(statement: TemplateProperties, request: ViewedRequest, keyOf: KeyOf): boolean {
  const [kind] = Object.keys(statement);
  const inner = statement[kind ?? ''];
  switch (kind) {
    case 'RateBasedStatement':
      return request.isFlood === true;
    case 'LabelMatchStatement':
      return (request.labels ?? []).includes(inner.Key);
    case 'OrStatement':
      return inner.Statements.some((one: TemplateProperties) => matches(one, request, keyOf));
    // The labels of a request say what the group has found.
    case 'ManagedRuleGroupStatement':
      return (request.labels ?? []).length > 0;
    case 'ByteMatchStatement':
      expect(inner).toMatchObject({
        PositionalConstraint: 'EXACTLY',
        TextTransformations: [{ Priority: 0, Type: 'NONE' }],
      });
      return request.headers?.[inner.FieldToMatch.SingleHeader.Name] === keyOf(inner.SearchString);
    default:
      throw new Error(`no rule of ours has a ${kind}`);
  }
}

type KeyOf = (reference: unknown) => string;

/** The verdict of a firewall: its rules in the order of their priorities, until one ends it. */
function verdict(
  { Properties }: TemplateResource,
  request: ViewedRequest,
  keyOf: KeyOf = String,
): TemplateProperties {
  const rules = Properties.Rules.toSorted(
    (a: TemplateProperties, b: TemplateProperties) => a.Priority - b.Priority,
  );
  for (const { Action, OverrideAction, Statement } of rules) {
    if (!matches(Statement, request, keyOf)) continue;
    if (OverrideAction?.Count !== undefined) continue;
    return Action ?? { Block: {} };
  }
  return Properties.DefaultAction;
}

const environments: [name: string, environment: Environment][] = [
  ['acme-prod', production],
  ['staging, in another region than CloudFront', stagingAtEdge],
];

describe.each(environments)('the edge of %s', (_, environment) => {
  const synthesised = Synthesised.of(environment);
  const stackName = `vestry-${environment.name}-edge`;
  const { domain, hostedZoneId } = environment.edge ?? { domain: '', hostedZoneId: '' };
  const one = (type: string, scope?: string): TemplateResource => {
    const found = synthesised
      .ofType(type)
      .filter(({ Properties }) => scope === undefined || Properties.Scope === scope);
    expect(found.map(({ id }) => id)).toHaveLength(1);
    return found[0] as TemplateResource;
  };
  const distribution = () => one('AWS::CloudFront::Distribution').Properties.DistributionConfig;

  /** Returns the name of the secret whose value stands for a dynamic reference. */
  const keyOf: KeyOf = (reference) => {
    const text = JSON.stringify(reference);
    const [, name] = /resolve:secretsmanager:([^:"]+):SecretString/.exec(text) ?? [];
    return name ?? synthesised.referred(`vestry-${environment.name}-api`, reference).Properties.Name;
  };

  test('stands where CloudFront takes its certificate and its firewall from', () => {
    const { name, region } = synthesised.assembly.getStackByName(stackName).environment;
    expect([name, region]).toEqual([expect.any(String), 'us-east-1']);
    for (const { Type, stack } of synthesised.resources)
      if (Type.startsWith('AWS::CloudFront::')) expect(stack).toBe(stackName);
    expect(one('AWS::CloudFront::Distribution').stack).toBe(stackName);
    expect(one('AWS::WAFv2::WebACL', 'CLOUDFRONT').stack).toBe(stackName);
  });

  test('is reached at its domain, over TLS 1.2 or newer, and so is the API behind it', () => {
    const { Aliases, ViewerCertificate, DefaultCacheBehavior, Origins, ...rest } = distribution();
    expect(Aliases).toEqual([domain]);
    expect(ViewerCertificate.MinimumProtocolVersion).toBe('TLSv1.2_2021');
    const certificate = synthesised.referred(stackName, ViewerCertificate.AcmCertificateArn);
    expect(certificate.Properties).toMatchObject({
      DomainName: domain,
      DomainValidationOptions: [{ DomainName: domain, HostedZoneId: hostedZoneId }],
    });
    expect(DefaultCacheBehavior).toMatchObject({
      ViewerProtocolPolicy: 'https-only',
      AllowedMethods: expect.arrayContaining(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']),
    });
    expect(Origins.map(({ Id }: TemplateProperties) => Id)).toContain(DefaultCacheBehavior.TargetOriginId);
    expect(Origins[0].Id).toBe(DefaultCacheBehavior.TargetOriginId);
    expect(Origins[0].CustomOriginConfig).toMatchObject({
      OriginProtocolPolicy: 'https-only',
      OriginSSLProtocols: ['TLSv1.2'],
    });
    // Limits are those of an address, of which everybody has many in IPv6.
    expect(rest.IPV6Enabled).toBe(false);
    expect(one('AWS::ApiGateway::DomainName').Properties).toMatchObject({ SecurityPolicy: 'TLS_1_2' });
  });

  test('has the API as its origin, by the name that the API answers to, without the stage', () => {
    const [origin] = distribution().Origins;
    const api = one('AWS::ApiGateway::DomainName');
    expect(origin.DomainName).toBe(api.Properties.DomainName);
    expect(origin.OriginPath ?? '').toBe('');
    const { BasePath, Stage } = one('AWS::ApiGateway::BasePathMapping').Properties;
    expect(BasePath).toBeUndefined();
    expect(synthesised.referred(api.stack, Stage).Type).toBe('AWS::ApiGateway::Stage');
    // CloudFront's own ids of the policies that cache nothing, and pass on all but the name of the host.
    expect(distribution().DefaultCacheBehavior).toMatchObject({
      CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
      OriginRequestPolicyId: 'b689b0a8-53d0-40ab-baf2-68738e2966ac',
    });
  });

  test('has records in the zone for both names', () => {
    const records = synthesised
      .ofType('AWS::Route53::RecordSet')
      .map(({ Properties }) => Properties)
      .filter(({ Type }) => Type !== 'CNAME');
    expect(records.map(({ Name, HostedZoneId }) => [Name, HostedZoneId]).sort()).toEqual(
      [`${domain}.`, `origin.${domain}.`].map((name) => [name, hostedZoneId]).sort(),
    );
  });

  test('signs its mail: three records verify its domain, from which one function may send', () => {
    const keys = synthesised
      .ofType('AWS::Route53::RecordSet')
      .map(({ Properties }) => Properties)
      .filter(({ Type }) => Type === 'CNAME');
    const [identity, ...others] = synthesised.ofType('AWS::SES::EmailIdentity');
    const sends = identity?.Properties.EmailIdentity;
    expect([domain, 'staging.vestry.example']).toContain(sends);
    expect(others).toEqual([]);
    // Whoever keeps another domain writes its records.
    expect(keys.map(({ HostedZoneId }) => HostedZoneId)).toEqual(
      sends === domain ? Array(3).fill(hostedZoneId) : [],
    );
    const senders = synthesised
      .ofType('AWS::IAM::Role')
      .filter(({ Properties }) => JSON.stringify(Properties).includes('ses:'));
    expect(senders).toHaveLength(1);
    expect(JSON.stringify(senders[0]?.Properties)).toMatch(new RegExp(`ses:SendEmail.*:identity/${sends}"`));
  });

  test('is the only way to the API: its firewall lets nobody else in, and no other address leads to it', () => {
    const firewall = one('AWS::WAFv2::WebACL', 'REGIONAL');
    const [header] = distribution().Origins[0].OriginCustomHeaders;
    const sent = { [header.HeaderName]: keyOf(header.HeaderValue) };
    expect(verdict(firewall, { headers: sent }, keyOf)).toEqual({ Allow: {} });
    expect(verdict(firewall, {}, keyOf)).toEqual({ Block: {} });
    expect(verdict(firewall, { headers: { [header.HeaderName]: 'guessed' } }, keyOf)).toEqual({ Block: {} });
    expect(verdict(firewall, { headers: sent, labels: ['found'] }, keyOf)).toEqual({ Block: {} });
    const association = one('AWS::WAFv2::WebACLAssociation');
    const stage = synthesised.referred(association.stack, association.Properties.WebACLArn);
    expect(stage.id).toBe(firewall.id);
    expect(JSON.stringify(association.Properties.ResourceArn)).toContain('"ApiDeploymentStagelive');
    const apis = synthesised.ofType('AWS::ApiGateway::RestApi');
    expect(apis.map(({ Properties }) => Properties.DisableExecuteApiEndpoint)).toEqual([true]);
    expect(synthesised.ofType('AWS::ApiGateway::Stage')).toHaveLength(1);
  });

  test('shows a key that nobody wrote down, which is where the edge is too', () => {
    const [header] = distribution().Origins[0].OriginCustomHeaders;
    expect(header.HeaderValue).toMatch(/^\{\{resolve:secretsmanager:[^:]+:SecretString:::\}\}$/);
    const secret = synthesised
      .ofType('AWS::SecretsManager::Secret')
      .find(({ Properties }) => Properties.Name === keyOf(header.HeaderValue));
    expect(secret?.Properties.GenerateSecretString).toMatchObject({ PasswordLength: 64 });
    const regions = [environment.region, ...(secret?.Properties.ReplicaRegions ?? []).map(regionOf)];
    expect(regions).toContain('us-east-1');
    const { dependencies } = synthesised.assembly.getStackByName(stackName);
    expect(dependencies.map(({ id }) => id)).toContain(secret?.stack);
    for (const { Properties } of synthesised.ofType('AWS::WAFv2::LoggingConfiguration'))
      expect(JSON.stringify(Properties.RedactedFields)).toContain(`"${header.HeaderName}"`);
  });

  function regionOf({ Region }: TemplateProperties): string {
    return Region;
  }

  test('has alarms where its metrics are: when it can’t reach the API, and when the API refuses nearly everything', () => {
    const alarms = synthesised.ofType('AWS::CloudWatch::Alarm').filter(({ stack }) => stack === stackName);
    const text = alarms.map(({ Properties }) => JSON.stringify(Properties));
    expect(text).toHaveLength(2);
    for (const properties of text) {
      expect(properties).toContain('"Namespace":"AWS/CloudFront"');
      expect(properties).toContain('{"Name":"Region","Value":"Global"}');
      expect(properties).toContain(one('AWS::CloudFront::Distribution').id);
      expect(properties).toContain('docs/runbooks/edge.md');
    }
    expect(text.join()).toMatch(/5xxErrorRate.*4xxErrorRate|4xxErrorRate.*5xxErrorRate/);
  });

  test('limits addresses where they are the clients’, and refuses with problems', () => {
    const firewall = one('AWS::WAFv2::WebACL', 'CLOUDFRONT');
    expect(verdict(firewall, {})).toEqual({ Allow: {} });
    const refused = [
      [429, { isFlood: true }, 'too-many-requests'],
      [403, { labels: ['awswaf:managed:aws:amazon-ip-list:AWSManagedIPReputationList'] }, 'forbidden'],
      [403, { labels: ['awswaf:managed:aws:amazon-ip-list:AWSManagedReconnaissanceList'] }, 'forbidden'],
    ] as const;
    for (const [status, request, slug] of refused) {
      const { ResponseCode, CustomResponseBodyKey } = verdict(firewall, request).Block.CustomResponse;
      expect(ResponseCode).toBe(status);
      const { Content } = firewall.Properties.CustomResponseBodies[CustomResponseBodyKey];
      expect(JSON.parse(Content)).toMatchObject({ type: `/problems/${slug}`, status });
    }
    // Every request has an address of CloudFront there.
    const behind = JSON.stringify(one('AWS::WAFv2::WebACL', 'REGIONAL').Properties.Rules);
    expect(behind).not.toMatch(/RateBasedStatement|IpReputation/);
    expect(behind).toContain('AWSManagedRulesCommonRuleSet');
    expect(distribution().WebACLId).toEqual({ 'Fn::GetAtt': [firewall.id, 'Arn'] });
  });

  test('logs what each firewall blocks, and every request without its path', () => {
    const logged = synthesised
      .ofType('AWS::WAFv2::LoggingConfiguration')
      .map(({ stack, Properties }) => synthesised.referred(stack, Properties.ResourceArn).Properties.Scope);
    expect(logged.sort()).toEqual(['CLOUDFRONT', 'REGIONAL']);
    const { RecordFields } = one('AWS::Logs::Delivery').Properties;
    expect(RecordFields).toEqual(expect.arrayContaining(['c-ip', 'cs-method', 'sc-status']));
    for (const field of ['cs-uri-stem', 'cs-uri-query', 'cs(Cookie)', 'cs(Referer)'])
      expect(RecordFields).not.toContain(field);
    const destination = one('AWS::Logs::DeliveryDestination');
    const group = synthesised.referred(stackName, destination.Properties.DestinationResourceArn);
    expect(group.Properties.RetentionInDays).toBe(environment.logRetentionDays);
  });

  test('adds the headers of a careful site, and leaves pages the policies that they send', () => {
    const { ResponseHeadersPolicyId } = distribution().DefaultCacheBehavior;
    expect(headersPolicy(ResponseHeadersPolicyId).SecurityHeadersConfig).toEqual({
      StrictTransportSecurity: {
        AccessControlMaxAgeSec: 31_536_000,
        IncludeSubdomains: true,
        Override: true,
      },
      ContentTypeOptions: { Override: true },
      FrameOptions: { FrameOption: 'DENY', Override: true },
      ReferrerPolicy: { ReferrerPolicy: 'no-referrer', Override: true },
      // The page of the documentation allows its own scripts by their hashes, and must be able to.
      ContentSecurityPolicy: {
        ContentSecurityPolicy:
          "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        Override: false,
      },
    });
  });

  const headersPolicy = (reference: unknown): TemplateProperties =>
    synthesised.referred(stackName, reference).Properties.ResponseHeadersPolicyConfig;

  /** The behaviour that CloudFront chooses: the first whose pattern the path matches. */
  const behaviorOf = (path: string): TemplateProperties => {
    const { CacheBehaviors, DefaultCacheBehavior } = distribution();
    const matching = ({ PathPattern }: TemplateProperties) =>
      new RegExp(`^${PathPattern.replaceAll('*', '.*')}$`).test(path);
    return CacheBehaviors.find(matching) ?? DefaultCacheBehavior;
  };

  /** The key that CloudFront asks the bucket for, or undefined for a path of the API's. */
  const keyAt = (path: string): string | undefined => {
    const { TargetOriginId, FunctionAssociations = [] } = behaviorOf(path);
    const origin = distribution().Origins.find(({ Id }: TemplateProperties) => Id === TargetOriginId);
    if (origin.S3OriginConfig === undefined) return undefined;
    const request = { uri: path };
    for (const { FunctionARN } of FunctionAssociations) {
      const { FunctionCode } = synthesised.referred(stackName, FunctionARN).Properties;
      runInNewContext(`${FunctionCode};handler(event)`, { event: { request } });
    }
    return request.uri.slice(1);
  };

  test.each([
    ['/console', 'console/index.html'],
    ['/console/', 'console/index.html'],
    ['/console/approvals/01936f2a', 'console/index.html'],
    ['/console/index.html', 'console/index.html'],
    ['/console/assets/app-1a2b.js', 'console/assets/app-1a2b.js'],
    ['/consoles', undefined],
    ['/', undefined],
    ['/api/shareholders', undefined],
    ['/docs/console', undefined],
  ])('%s is served from %s', (path, key) => {
    expect(keyAt(path)).toBe(key);
  });

  test.each(['/console', '/console/holders', '/console/assets/app-1a2b.js'])(
    '%s has the headers that the console has everywhere',
    (path) => {
      const { SecurityHeadersConfig: security, CustomHeadersConfig: custom } = headersPolicy(
        behaviorOf(path).ResponseHeadersPolicyId,
      );
      const { AccessControlMaxAgeSec } = security.StrictTransportSecurity;
      expect({
        'content-security-policy': security.ContentSecurityPolicy.ContentSecurityPolicy,
        'referrer-policy': security.ReferrerPolicy.ReferrerPolicy,
        'strict-transport-security': `max-age=${AccessControlMaxAgeSec}; includeSubDomains`,
        'x-content-type-options': 'nosniff',
        'x-frame-options': security.FrameOptions.FrameOption,
        ...Object.fromEntries(custom.Items.map(({ Header, Value }: TemplateProperties) => [Header, Value])),
      }).toEqual(consoleHeaders([`https://*.s3.${environment.region}.amazonaws.com`]));
      for (const part of [...Object.values<TemplateProperties>(security), ...custom.Items])
        expect(part.Override).toBe(true);
    },
  );

  test('keeps the files of the console, whose names change with them, and asks for the page each time', () => {
    // CloudFront's own ids of the policies that cache what may be kept, and nothing.
    expect(behaviorOf('/console/assets/a.js').CachePolicyId).toBe('658327ea-f89d-4fab-a63d-7e88639e58f6');
    expect(behaviorOf('/console/holders').CachePolicyId).toBe('4135ea2d-6df8-44a3-9df3-4b5a84be39ad');
    for (const path of ['/console', '/console/holders', '/console/assets/a.js'])
      expect(behaviorOf(path)).toMatchObject({
        AllowedMethods: ['GET', 'HEAD'],
        ViewerProtocolPolicy: 'redirect-to-https',
      });
  });

  test('has the console in a bucket that it alone reads', () => {
    const { TargetOriginId } = behaviorOf('/console');
    const origin = distribution().Origins.find(({ Id }: TemplateProperties) => Id === TargetOriginId);
    const access = synthesised.referred(stackName, origin.OriginAccessControlId).Properties;
    expect(access.OriginAccessControlConfig).toMatchObject({
      OriginAccessControlOriginType: 's3',
      SigningBehavior: 'always',
    });
    const bucket = synthesised.referred(stackName, origin.DomainName);
    expect(bucket.Properties.PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    });
    const policy = synthesised
      .ofType('AWS::S3::BucketPolicy')
      .find(({ stack, Properties }) => stack === stackName && Properties.Bucket.Ref === bucket.id);
    const allowed = policy?.Properties.PolicyDocument.Statement.filter(
      ({ Effect }: TemplateProperties) => Effect === 'Allow',
    );
    expect(allowed.map(({ Principal }: TemplateProperties) => Principal)).toEqual([
      { Service: 'cloudfront.amazonaws.com' },
    ]);
    expect(JSON.stringify(allowed[0].Condition)).toContain(one('AWS::CloudFront::Distribution').id);
    expect(allowed[0].Action).toEqual(['s3:GetObject', 's3:ListBucket']);
  });

  test('is released with a console whose files all came along', () => {
    const published = one('Custom::Console');
    const publisher = synthesised
      .ofType('AWS::Lambda::Function')
      .find(({ Properties }) => Properties.FunctionName === `vestry-${environment.name}-publish-console`);
    expect(published.Properties.files).toMatch(/^[\da-f]{64}$/);
    const directory = synthesised.assetOf(publisher as TemplateResource);
    const page = readFileSync(join(directory, 'console/index.html'), 'utf8');
    const named = [...page.matchAll(/(?:src|href)="\/(console\/[^"]+)"/g)].map(([, file = '']) => file);
    expect(named.length).toBeGreaterThan(1);
    for (const file of named) expect(existsSync(join(directory, file))).toBe(true);
    const files = readdirSync(join(directory, 'console/assets'));
    const withClock = files.filter((file) =>
      readFileSync(join(directory, 'console/assets', file), 'utf8').includes('/local/clock'),
    );
    expect(withClock, 'the time of no environment can be moved').toEqual([]);
    const role = synthesised.referred(stackName, publisher?.Properties.Role);
    expect(JSON.stringify(role.Properties.Policies)).not.toContain('s3:Delete');
  });

  test('is known to the functions of routes by the header that it adds', () => {
    const [header] = distribution().Origins[0].OriginCustomHeaders;
    const login = synthesised
      .ofType('AWS::Lambda::Function')
      .find(({ Properties }) => Properties.FunctionName === `vestry-${environment.name}-api-login`);
    expect(login?.Properties.Environment.Variables.EDGE_HEADER).toBe(header.HeaderName);
  });

  test('may be deployed by the role of releases', () => {
    const role = synthesised
      .ofType('AWS::IAM::Role')
      .find(({ stack }) => stack === `vestry-${environment.name}-delivery`);
    const allowed = JSON.stringify(role?.Properties.Policies);
    for (const region of ['us-east-1', environment.region])
      expect(allowed).toContain(`role/cdk-hnb659fds-deploy-role-${environment.account}-${region}"`);
  });
});

test('the mock bank is reached through the edge, since the other address is closed', () => {
  const variables = Synthesised.of(stagingAtEdge)
    .ofType('AWS::Lambda::Function')
    .flatMap(({ Properties }) => Object.entries(Properties.Environment?.Variables ?? {}))
    .filter(([name]) => /^BANK_(CALLBACK_)?URL$/.test(name));
  expect(Object.fromEntries(variables)).toEqual({
    BANK_URL: `https://${DOMAIN}/mock-bank`,
    BANK_CALLBACK_URL: `https://${DOMAIN}/api/bank/callbacks`,
  });
});

/** The keys of each release by which the runbook replaces one, and of the one that turns back. */
function keysOfRunbook(): number[][] {
  const text = section('edge.md', 'The key of the edge is replaced');
  return [...text.matchAll(/"keys": (\[[^\]]*\])/g)].map(([, keys = '']) => JSON.parse(keys));
}

test('a new key: the firewall accepts both until the edge shows the new one, and then it alone', () => {
  const KEYS = [[1], ...keysOfRunbook()];
  const releases = KEYS.map((keys) => {
    const environment = { ...stagingAtEdge, edge: { ...stagingAtEdge.edge, keys: [...keys] } };
    const synthesised = Synthesised.of(environment);
    const [distribution] = synthesised.ofType('AWS::CloudFront::Distribution');
    const [firewall] = synthesised
      .ofType('AWS::WAFv2::WebACL')
      .filter(({ Properties }) => Properties.Scope === 'REGIONAL');
    const [header] = (distribution as TemplateResource).Properties.DistributionConfig.Origins[0]
      .OriginCustomHeaders;
    const keyOf: KeyOf = (reference) => {
      const [, name] = /resolve:secretsmanager:([^:"]+):SecretString/.exec(JSON.stringify(reference)) ?? [];
      return name ?? synthesised.referred('vestry-staging-api', reference).Properties.Name;
    };
    const accepts = (key: string) =>
      'Allow' in verdict(firewall as TemplateResource, { headers: { [header.HeaderName]: key } }, keyOf);
    return { assembly: synthesised.assembly, shown: keyOf(header.HeaderValue), accepts };
  });
  expect(KEYS).toHaveLength(3);
  const [before, during, after] = releases;
  const [old, fresh] = ['vestry/staging/edge-key', 'vestry/staging/edge-key-2'];
  expect(releases.map(({ shown }) => shown)).toEqual([old, fresh, fresh]);
  expect(releases.map(({ accepts }) => [accepts(old), accepts(fresh)])).toEqual([
    [true, false],
    [true, true],
    [false, true],
  ]);
  // The API's stack is released before the edge's: what the edge shows meanwhile is accepted, and so it is when a release fails between them.
  expect(during?.accepts(before?.shown ?? '')).toBe(true);
  expect(after?.accepts(during?.shown ?? '')).toBe(true);
  for (const [one, next] of [
    [before, during],
    [during, after],
    [during, before],
  ])
    expect(refusals(one ? stackStates(one.assembly) : [], next ? stackStates(next.assembly) : [])).toEqual(
      [],
    );
});

test('somebody changes the value of the key, and everybody is refused: the releases of the runbook let them in again', () => {
  const values = new Map([['vestry/staging/edge-key', 'the first']]);
  const secretValue = (name: string) => {
    if (!values.has(name)) values.set(name, `made for ${name}`);
    return String(values.get(name));
  };
  /** A release of one stack reads the value that a secret has at that moment. */
  const released = (keys: number[]) => {
    const synthesised = Synthesised.of({ ...stagingAtEdge, edge: { ...stagingAtEdge.edge, keys } });
    const nameOfSecret: KeyOf = (reference) => {
      const [, name] = /resolve:secretsmanager:([^:"]+):SecretString/.exec(JSON.stringify(reference)) ?? [];
      return name ?? synthesised.referred('vestry-staging-api', reference).Properties.Name;
    };
    return {
      api: () => {
        const [firewall] = synthesised
          .ofType('AWS::WAFv2::WebACL')
          .filter(({ Properties }) => Properties.Scope === 'REGIONAL');
        const { Rules } = (firewall as TemplateResource).Properties;
        const known = new Map<string, string>();
        const read: KeyOf = (reference) => {
          const name = nameOfSecret(reference);
          if (!known.has(name)) known.set(name, secretValue(name));
          return String(known.get(name));
        };
        const judge = (headers: Record<string, string>) =>
          'Allow' in verdict(firewall as TemplateResource, { headers }, read);
        // A release reads each of them once.
        judge({});
        expect(Rules.length).toBeGreaterThan(1);
        return judge;
      },
      edge: (): Record<string, string> => {
        const [distribution] = synthesised.ofType('AWS::CloudFront::Distribution');
        const [header] = (distribution as TemplateResource).Properties.DistributionConfig.Origins[0]
          .OriginCustomHeaders;
        return { [header.HeaderName]: secretValue(nameOfSecret(header.HeaderValue)) };
      },
    };
  };
  const firewall = released([1]).api();
  expect(firewall(released([1]).edge())).toBe(true);
  values.set('vestry/staging/edge-key', 'changed by hand');
  const shown = released([1]).edge();
  expect(firewall(shown)).toBe(false);

  const [first = [], second = []] = keysOfRunbook();
  const between = released(first).api();
  // The edge still shows the changed value until its own stack is released.
  expect(between(shown)).toBe(true);
  const fresh = released(first).edge();
  expect(between(fresh)).toBe(true);
  const last = released(second).api();
  expect([last(fresh), last(shown)]).toEqual([true, false]);
});

describe('the origin of the edge is lost', () => {
  const ORIGIN = `origin.${DOMAIN}`;
  const [put = '', validate = '', replace = ''] = commands('edge.md', 'CloudFront answers with server errors')
    // The first is of the list of steps, and asks the world's own name servers.
    .slice(1);
  const origins = Synthesised.of(stagingAtEdge)
    .ofType('AWS::Route53::RecordSet')
    .filter(({ Properties }) => Properties.Name === `${ORIGIN}.`);

  test('the runbook looks at what is logged, and knows how long CloudFront waits', () => {
    const text = section('edge.md', 'CloudFront answers with server errors');
    const [delivery] = Synthesised.of(stagingAtEdge).ofType('AWS::Logs::Delivery');
    const [, fields = ''] = /`stats count\(\*\) by ([^`]+)`/.exec(text) ?? [];
    expect(delivery?.Properties.RecordFields).toEqual(expect.arrayContaining(fields.split(', ')));
    const [distribution] = Synthesised.of(stagingAtEdge).ofType('AWS::CloudFront::Distribution');
    const [{ CustomOriginConfig }] = (distribution as TemplateResource).Properties.DistributionConfig.Origins;
    expect(text).toContain(`longer than ${CustomOriginConfig.OriginReadTimeout} seconds`);
    expect(origins.map(({ Properties }) => Properties.Type)).toEqual(['A']);
  });

  test.runIf(HAS_AWS_CLI)(
    'its record is put back, and its certificate is validated or replaced',
    async () => {
      const services = await edgeServices(ORIGIN, HOSTED_ZONE);
      const [, older = ''] = commands('README.md', 'Before you begin');
      const follow = async (...steps: readonly string[]): Promise<string> => {
        const script = [older, ...steps]
          .join('\n')
          .replace(/^DOMAIN=.*$/m, `DOMAIN=${DOMAIN} ZONE=${HOSTED_ZONE}`);
        const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], {
          env: {
            ...process.env,
            ...{ AWS_ENDPOINT_URL: services.url, AWS_DEFAULT_REGION: 'eu-central-1', AWS_MAX_ATTEMPTS: '1' },
            ...{ AWS_ACCESS_KEY_ID: 'LOCAL', AWS_SECRET_ACCESS_KEY: 'any text' },
          },
        });
        return stdout;
      };
      try {
        expect(await follow(put, validate, replace)).toMatch(/^PENDING\nPENDING\nPENDING\nAVAILABLE\n$/);
        expect(services.zone.get(ORIGIN)).toEqual({ type: 'A', leadsTo: 'd-1.execute-api.example' });
        for (const number of [1, 2])
          expect(services.zone.get(`_${number}.${ORIGIN}.`)).toEqual({
            ...{ type: 'CNAME', leadsTo: `_${number}.acm-validations.aws.` },
          });
        expect(services.shown()).toMatch(/certificate\/2$/);
      } finally {
        await services.close();
      }
    },
  );
});

describe('an environment without an edge', () => {
  const synthesised = Synthesised.of(staging);

  test('has nothing of it, and needs no domain', () => {
    const templates = JSON.stringify(synthesised.assembly.stacks.map(({ template }) => template));
    expect(templates).not.toMatch(/AWS::(CloudFront|Route53|CertificateManager)|EDGE_HEADER|edge-key/);
    expect(synthesised.assembly.stacks.map(({ stackName }) => stackName)).not.toContain(
      'vestry-staging-edge',
    );
    expect(
      synthesised.ofType('AWS::ApiGateway::RestApi')[0]?.Properties.DisableExecuteApiEndpoint,
    ).toBeUndefined();
  });

  test('may get one in any release, and give it up in any', () => {
    const [without, withEdge] = [synthesised, Synthesised.of(stagingAtEdge)].map(({ assembly }) =>
      stackStates(assembly),
    );
    expect(refusals(without ?? [], withEdge ?? [])).toEqual([]);
    expect(refusals(withEdge ?? [], without ?? [])).toEqual([]);
  });
});

test.each<[string, Record<string, unknown>, string]>([
  [
    'a domain with a scheme',
    { domain: 'https://equity.example', hostedZoneId: HOSTED_ZONE },
    'must be a domain',
  ],
  ['no key', { domain: 'equity.example', hostedZoneId: HOSTED_ZONE, keys: [] }, 'must name a key'],
  [
    'a key twice',
    { domain: 'equity.example', hostedZoneId: HOSTED_ZONE, keys: [2, 2] },
    'must be different keys',
  ],
  ['a domain with a port', { domain: 'equity.example:443', hostedZoneId: HOSTED_ZONE }, 'must be a domain'],
  ['a domain in capitals', { domain: 'Equity.example', hostedZoneId: HOSTED_ZONE }, 'must be a domain'],
  [
    'a domain that no certificate takes',
    { domain: `${'a.'.repeat(28)}example`, hostedZoneId: HOSTED_ZONE },
    '57',
  ],
  [
    'the name of a zone',
    { domain: 'equity.example', hostedZoneId: 'example' },
    'must be the id of a hosted zone',
  ],
  ['no zone', { domain: 'equity.example' }, 'expected string'],
])('%s is refused', (_, edge, message) => {
  const { error } = EnvironmentSchema.safeParse({ ...production, edge });
  expect(error?.issues.map((issue) => issue.message).join()).toContain(message);
});
