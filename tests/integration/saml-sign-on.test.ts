import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as samlify from 'samlify';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { handler as metadataHandler } from '#functions/identity/get-saml-metadata.ts';
import * as federation from '#identity/federation/federation.routes.ts';
import { rotateSigningKeys } from '#identity/keys/signing-keys.ts';
import { approved } from '#tests/support/approvals.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { call, type TestResponse } from '#tests/support/request.ts';
import {
  type Answered,
  answerXml,
  assertionXml,
  encoded,
  type Parts,
  type ProviderKey,
  providerKey,
  responseXml,
} from '#tests/support/saml-answers.ts';
import { authorizerVerdict } from '#tests/support/sign-in.ts';
import { Browser, Connections, created, exchange } from '#tests/support/single-sign-on.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

/** Sign-ins by SAML from end to end; `samlify` reads what we send as a provider does, and `xmlsec1` signs where it is installed. */

const XMLSEC = '/usr/bin/xmlsec1';
const ISSUER = 'https://idp.acme.example/saml';
const SSO = 'https://idp.acme.example/sso?app=vestry';

let database: TestDatabase;
let aws: TestAws;
let tenant: TestTenant;
let key: ProviderKey;
let nextKey: ProviderKey;

beforeAll(async () => {
  database = await testDatabase();
  aws = await testAws();
  await rotateSigningKeys(new Date());
  [key, nextKey] = await Promise.all([providerKey(), providerKey()]);
  samlify.setSchemaValidator({ validate: async () => 'not looked at' });
});
afterAll(async () => {
  await aws.close();
  await database.close();
});
beforeEach(async () => {
  tenant = await insertTestTenant(database.admin, 'ISSUER');
});

const provider = () =>
  samlify.IdentityProvider({
    entityID: ISSUER,
    signingCert: key.certificate,
    wantAuthnRequestsSigned: true,
    singleSignOnService: [{ Binding: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect', Location: SSO }],
  });

const body = (more: object = {}) => ({
  kind: 'SAML',
  name: `Provider ${randomUUID()}`,
  issuer: ISSUER,
  sso_url: SSO,
  certificates: [key.certificate],
  role_map: [{ claim: 'groups', value: 'everyone', role: 'EMPLOYEE' }],
  ...more,
});

const get = async (id: string) => (await new Connections(tenant.as('ADMIN')).get(id)).body;
const codeOf = (answer: TestResponse) => answer.body.errors?.[0]?.code ?? answer.text;

interface Begun {
  readonly relayState: string;
  readonly location: URL;
  readonly answered: Answered;
}

/** Begins a sign-in, and returns what the provider is asked. */
async function begin(browser: Browser, id: string, query: Record<string, string> = {}): Promise<Begun> {
  const started = await browser.start(id, query);
  expect(started.status, started.text).toBe(302);
  const location = new URL(started.header('location') ?? '');
  const { entity_id, acs_uri } = await get(id);
  const xml = samlify.Utility.inflateString(location.searchParams.get('SAMLRequest') ?? '');
  const [, requestId = ''] = / ID="([^"]+)"/.exec(xml) ?? [];
  return {
    relayState: location.searchParams.get('RelayState') ?? '',
    location,
    answered: { issuer: ISSUER, entityId: entity_id, acsUri: acs_uri, requestId, key },
  };
}

const form = ({ relayState, answered }: Begun, parts: Parts = {}) => ({
  SAMLResponse: encoded(answerXml(answered, parts)),
  RelayState: relayState,
});

async function signIn(
  id: string,
  parts: Parts = {},
  query: Record<string, string> = {},
): Promise<TestResponse> {
  const browser = new Browser();
  return browser.post(id, form(await begin(browser, id, query), parts));
}

async function connected(more: object = {}): Promise<string> {
  const id = await created(tenant, body(more));
  const begun = await new Connections(tenant.as('ADMIN')).test(id);
  const ticket = new URL(begun.body.start_uri).searchParams.get('ticket') ?? '';
  const test = await signIn(id, {}, { ticket });
  expect(test.body, test.text).toMatchObject({ outcome: 'ADMITTED', role: 'EMPLOYEE' });
  await approved(tenant, await new Connections(tenant.as('ADMIN')).change(id, { status: 'ACTIVE' }));
  return id;
}

describe('a connection', () => {
  test('is made from metadata, and describes itself to the provider', async () => {
    const { name, role_map, kind } = body();
    const id = await created(tenant, { kind, name, role_map, metadata_xml: provider().getMetadata() });
    const shown = await get(id);
    expect(shown).toMatchObject({
      kind: 'SAML',
      issuer: ISSUER,
      sso_url: SSO,
      client_id: null,
      redirect_uri: null,
      subject_claim: 'NameID',
      idp_initiated: false,
      certificates: [{ pem: key.certificate, subject: 'CN=provider' }],
      acs_uri: `https://api.vestry.example/api/auth/saml/${id}/acs`,
    });
    const metadata = await call(metadataHandler, federation.getSamlMetadata, { params: { connection: id } });
    expect(metadata.header('content-type')).toContain('application/samlmetadata+xml');
    const ours = samlify.ServiceProvider({ metadata: metadata.text });
    expect(ours.entityMeta.getEntityID()).toBe(shown.entity_id);
    expect(ours.entityMeta.getAssertionConsumerService('post')).toBe(shown.acs_uri);
  });

  test('signs its requests, as another implementation finds', async () => {
    const id = await connected();
    const metadata = await call(metadataHandler, federation.getSamlMetadata, { params: { connection: id } });
    const { location } = await begin(new Browser(), id);
    expect(location.href.startsWith(`${SSO}&SAMLRequest=`)).toBe(true);
    const [, octetString = ''] = /[?&](SAMLRequest=.*)&Signature=/.exec(location.href) ?? [];
    const request = (query: URLSearchParams) =>
      provider().parseLoginRequest(samlify.ServiceProvider({ metadata: metadata.text }), 'redirect', {
        query: Object.fromEntries(query),
        octetString,
      });
    const { extract } = await request(location.searchParams);
    expect(extract.request?.id).toMatch(/^_/);
    expect(extract.issuer).toBe((await get(id)).entity_id);
    const forged = new URLSearchParams(location.searchParams);
    forged.set('Signature', Buffer.from('forged').toString('base64'));
    await expect(request(forged)).rejects.toThrow();
  });

  test.each<[string, object, string]>([
    ['no address', { sso_url: undefined }, '/sso_url'],
    ['no certificate', { certificates: undefined }, '/certificates'],
    ['an empty list of certificates', { certificates: [] }, '/certificates'],
    ['no issuer', { issuer: undefined }, '/issuer'],
    ['a certificate that is none', { certificates: ['MIIB'] }, '/certificates/0'],
    ['an address without TLS', { sso_url: 'http://idp.acme.example/' }, '/sso_url'],
    ['a script for an address', { sso_url: 'javascript:alert(1)' }, '/sso_url'],
    ['a client', { client_id: 'vestry' }, '/client_id'],
    ['an authentication context', { authentication_context: 'c1' }, '/authentication_context'],
    ['scopes', { scopes: ['openid'] }, '/scopes'],
    ['metadata and an issuer', { metadata_xml: '<a/>' }, '/issuer'],
    [
      'metadata that are none',
      { issuer: undefined, sso_url: undefined, certificates: undefined, metadata_xml: '<a/>' },
      '/metadata_xml',
    ],
    [
      'metadata with a document type',
      { issuer: undefined, sso_url: undefined, certificates: undefined, metadata_xml: '<!DOCTYPE a><a/>' },
      '/metadata_xml',
    ],
  ])('is refused with %s', async (_, more, pointer) => {
    const answer = await new Connections(tenant.as('ADMIN')).create(body(more));
    expect([answer.status, answer.body.errors?.[0]?.pointer], answer.text).toEqual([422, pointer]);
  });

  test('is refused with a certificate that has expired', async () => {
    const { certificate } = await providerKey(new Date('2010-01-01'));
    const answer = await new Connections(tenant.as('ADMIN')).create(body({ certificates: [certificate] }));
    expect(codeOf(answer)).toBe('certificate-expired');
  });

  test('changes its certificate without an outage, and is tested anew where none stays', async () => {
    const id = await connected();
    const admin = new Connections(tenant.as('ADMIN'));
    const both = await admin.change(id, { certificates: [key.certificate, nextKey.certificate] });
    expect(both.status).toBe(202);
    await approved(tenant, both);
    expect(await get(id)).toMatchObject({ status: 'ACTIVE' });
    const browser = new Browser();
    const begun = await begin(browser, id);
    const answer = await browser.post(id, form({ ...begun, answered: { ...begun.answered, key: nextKey } }));
    expect(answer.status, answer.text).toBe(200);
    const third = await providerKey();
    await approved(tenant, await admin.change(id, { certificates: [third.certificate] }));
    expect(await get(id)).toMatchObject({ status: 'DRAFT', tested_at: null });
  });
});

describe('a sign-in', () => {
  test('creates an EMPLOYEE by the map, and recognises them from then on', async () => {
    const id = await connected();
    const session = await exchange((await signIn(id)).body.code);
    expect(session.status, session.text).toBe(200);
    const verdict = await authorizerVerdict(`Bearer ${session.body.access_token}`);
    expect(verdict).toMatchObject({ tid: tenant.id, role: 'EMPLOYEE' });
    const again = await exchange((await signIn(id)).body.code);
    expect(await authorizerVerdict(`Bearer ${again.body.access_token}`)).toMatchObject({ sub: verdict?.sub });
    const stranger = await signIn(id, {
      attributes: { groups: ['strangers'] },
      nameId: '<saml:NameID>eve</saml:NameID>',
    });
    expect([stranger.status, codeOf(stranger)]).toEqual([403, 'no-role']);
  });

  test('is finished once, by the browser that began it', async () => {
    const id = await connected();
    const browser = new Browser();
    const started = await browser.start(id);
    expect(started.header('set-cookie')).toMatch(
      /^__Host-vestry-sso-\w+=\S+; Max-Age=600; Path=\/; HttpOnly; SameSite=None; Secure$/,
    );
    const begun = await begin(browser, id);
    const answer = form(begun);
    for (const [other, sent] of [
      [new Browser(), answer],
      [browser, { ...answer, RelayState: 'x'.repeat(43) }],
    ] as const) {
      const refused = await other.post(id, sent);
      expect([refused.status, codeOf(refused)]).toEqual([401, 'state']);
    }
    expect((await browser.post(id, answer)).status).toBe(200);
    const kept = await begin(browser, id);
    const replayed = await browser.post(id, { ...answer, RelayState: kept.relayState });
    expect([replayed.status, codeOf(replayed)]).toEqual([401, 'in-response-to']);
  });

  test.each<[string, Parts, [number, string]]>([
    ['another Recipient', { recipient: 'https://api.vestry.example/elsewhere' }, [401, 'recipient']],
    [
      'a failed status',
      { status: 'urn:oasis:names:tc:SAML:2.0:status:Responder' },
      [403, 'provider-refused'],
    ],
    [
      'too many groups',
      { attributes: { 'http://schemas.microsoft.com/claims/groups.link': ['x'] } },
      [403, 'groups-overage'],
    ],
  ])('with %s is refused, and leaves no user', async (_, parts, outcome) => {
    const id = await connected();
    const answer = await signIn(id, parts);
    expect([answer.status, codeOf(answer)]).toEqual(outcome);
    const { rows } = await database.admin.query(
      'select count(*)::integer as n from federated_identities where tenant_id = $1',
      [tenant.id],
    );
    expect(rows).toEqual([{ n: 0 }]);
  });

  test('may begin at the provider where the connection says so, and an assertion is taken once', async () => {
    const id = await connected();
    const admin = new Connections(tenant.as('ADMIN'));
    const { entity_id, acs_uri } = await get(id);
    const answered = { issuer: ISSUER, entityId: entity_id, acsUri: acs_uri, requestId: null, key };
    const sent = () => ({ SAMLResponse: encoded(answerXml(answered)), RelayState: 'home' });
    const off = await new Browser().post(id, sent());
    expect([off.status, codeOf(off)]).toEqual([401, 'state']);
    await approved(tenant, await admin.change(id, { idp_initiated: true }));
    const once = sent();
    expect((await exchange((await new Browser().post(id, once)).body.code)).status).toBe(200);
    const again = await new Browser().post(id, once);
    expect([again.status, again.body.detail]).toEqual([401, 'This answer has been used.']);
  });

  test('of one protocol does not end at the address of the other', async () => {
    const id = await connected();
    expect((await new Browser().finish(id, { code: 'x', state: 'y' })).status).toBe(404);
    expect((await new Browser().post(randomUUID(), { SAMLResponse: 'x' })).status).toBe(404);
    const missing = await new Browser().post(id, { RelayState: 'y' });
    expect([missing.status, missing.body.errors?.[0]?.pointer]).toEqual([422, '/SAMLResponse']);
  });

  const signers: [string, (answered: Answered) => string][] = [
    [
      'samlify',
      (answered) => {
        const xml = responseXml(answered, assertionXml(answered));
        return samlify.SamlLib.constructSAMLSignature({
          rawSamlMessage: xml,
          referenceTagXPath: "/*[local-name(.)='Response']/*[local-name(.)='Assertion']",
          privateKey: key.privateKey,
          signatureAlgorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512',
          signingCert: key.certificate.replace(/-----[A-Z ]+-----|\n/g, ''),
          isBase64Output: true,
          signatureConfig: {
            prefix: 'ds',
            location: {
              reference:
                "/*[local-name(.)='Response']/*[local-name(.)='Assertion']/*[local-name(.)='Issuer']",
              action: 'after',
            },
          },
        });
      },
    ],
    ...(existsSync(XMLSEC) ? [['xmlsec1', signedByXmlsec] as [string, (answered: Answered) => string]] : []),
  ];
  test.each(signers)('is good when %s has signed it', async (_, sign) => {
    const id = await connected();
    const browser = new Browser();
    const { relayState, answered } = await begin(browser, id);
    const answer = await browser.post(id, { SAMLResponse: sign(answered), RelayState: relayState });
    expect(answer.status, answer.text).toBe(200);
  });
});

/** Signs an assertion by the command of another implementation, in C. */
function signedByXmlsec(answered: Answered): string {
  const id = `_${randomUUID()}`;
  const template = `<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/><ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/><ds:Reference URI="#${id}"><ds:Transforms><ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/><ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/></ds:Transforms><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue/></ds:Reference></ds:SignedInfo><ds:SignatureValue/></ds:Signature>`;
  const assertion = assertionXml(answered, { assertionId: id }).replace(
    '<saml:Subject>',
    `${template}<saml:Subject>`,
  );
  const directory = mkdtempSync(join(tmpdir(), 'vestry-saml-'));
  try {
    const [input, output, pem] = ['in.xml', 'out.xml', 'key.pem'].map((name) => join(directory, name)) as [
      string,
      string,
      string,
    ];
    writeFileSync(input, responseXml(answered, assertion));
    writeFileSync(pem, key.privateKey, { mode: 0o600 });
    execFileSync(XMLSEC, [
      ...['--sign', '--privkey-pem', pem, '--id-attr:ID', 'urn:oasis:names:tc:SAML:2.0:assertion:Assertion'],
      ...['--output', output, input],
    ]);
    return readFileSync(output).toString('base64');
  } finally {
    rmSync(directory, { recursive: true });
  }
}
