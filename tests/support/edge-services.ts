import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Certificate {
  readonly arn: string;
  readonly record: { readonly Name: string; readonly Type: 'CNAME'; readonly Value: string };
}

/** A record of a zone: where an alias leads, or its value. */
export interface ZoneRecord {
  readonly type: string;
  readonly leadsTo: string;
}

/** The parts of Route 53, ACM and API Gateway that stand behind the name of an origin, as their clients reach them. */
export interface EdgeServices {
  readonly url: string;
  readonly zone: Map<string, ZoneRecord>;
  /** The certificate that the custom domain shows. */
  shown(): string;
  close(): Promise<void>;
}

const certificateOf = (domain: string, number: number): Certificate => ({
  arn: `arn:aws:acm:eu-central-1:111111111111:certificate/${number}`,
  record: { Name: `_${number}.${domain}.`, Type: 'CNAME', Value: `_${number}.acm-validations.aws.` },
});

/** A certificate is issued once its record stands in the zone. */
export async function edgeServices(domain: string, zoneId: string): Promise<EdgeServices> {
  const zone = new Map<string, ZoneRecord>();
  const certificates = [certificateOf(domain, 1)];
  let shown = certificates[0]?.arn ?? '';
  const domainName = () => ({
    ...{ domainName: domain, regionalDomainName: 'd-1.execute-api.example', regionalHostedZoneId: 'ZAPI' },
    ...{ regionalCertificateArn: shown, domainNameStatus: 'AVAILABLE' },
  });

  function certificate(target: string, body: string): object {
    const { CertificateArn } = JSON.parse(body) as { CertificateArn?: string };
    if (target.endsWith('.RequestCertificate')) {
      const made = certificateOf(domain, certificates.length + 1);
      certificates.push(made);
      return { CertificateArn: made.arn };
    }
    const found = certificates.find(({ arn }) => arn === CertificateArn);
    if (found === undefined) throw new Error(`there is no certificate ${CertificateArn}`);
    const isValidated = zone.get(found.record.Name)?.leadsTo === found.record.Value;
    const status = isValidated ? 'SUCCESS' : 'PENDING_VALIDATION';
    return {
      Certificate: {
        CertificateArn: found.arn,
        Status: isValidated ? 'ISSUED' : 'PENDING_VALIDATION',
        DomainValidationOptions: [
          { DomainName: domain, ValidationStatus: status, ResourceRecord: found.record },
        ],
      },
    };
  }

  function changeRecord(body: string): string {
    const of = (tag: string) => new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(body)?.[1] ?? '';
    zone.set(of('Name'), { type: of('Type'), leadsTo: of('DNSName') || of('Value') });
    return '<ChangeResourceRecordSetsResponse><ChangeInfo><Id>/change/C1</Id><Status>PENDING</Status><SubmittedAt>2026-01-01T00:00:00Z</SubmittedAt></ChangeInfo></ChangeResourceRecordSetsResponse>';
  }

  async function answer(request: IncomingMessage): Promise<string> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    const { method, url = '', headers } = request;
    if (headers['x-amz-target'] !== undefined)
      return JSON.stringify(certificate(String(headers['x-amz-target']), body));
    if (url.startsWith(`/2013-04-01/hostedzone/${zoneId}/rrset`)) return changeRecord(body);
    if (url !== `/domainnames/${domain}`) throw new Error(`nothing answers ${method} ${url}`);
    if (method === 'PATCH') shown = JSON.parse(body).patchOperations[0].value;
    return JSON.stringify(domainName());
  }

  const server = createServer((request, response) => {
    answer(request).then(
      (text) => response.end(text),
      (error: Error) => response.writeHead(400).end(JSON.stringify({ message: error.message })),
    );
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    zone,
    shown: () => shown,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
