import { handler as accountsHandler } from '#functions/uploads/create-bank-account-upload.ts';
import { handler as payrollHandler } from '#functions/uploads/create-contribution-upload.ts';
import { handler as kycHandler } from '#functions/uploads/create-kyc-upload.ts';
import { handler as participantsHandler } from '#functions/uploads/create-participant-upload.ts';
import { handler as createHandler } from '#functions/uploads/create-shareholder-upload.ts';
import { handler as taxesHandler } from '#functions/uploads/create-tax-certification-upload.ts';
import { handler as getHandler } from '#functions/uploads/get-upload.ts';
import type { Principal } from '#platform/http/authorize.ts';
import { createParticipantUpload } from '#uploads/intake/participant-uploads.routes.ts';
import * as payeeRoutes from '#uploads/intake/payee-uploads.routes.ts';
import {
  createContributionUpload,
  createShareholderUpload,
  getUpload,
} from '#uploads/intake/uploads.routes.ts';
import { processUpload } from '#uploads/loading/process-upload.ts';
import type { TestAws } from './aws-services.ts';
import { call, type TestResponse } from './request.ts';
import { DELIVERY, storedFile } from './uploads.ts';

const KINDS = {
  register: { handler: createHandler, route: createShareholderUpload },
  kyc: { handler: kycHandler, route: payeeRoutes.createKycUpload },
  accounts: { handler: accountsHandler, route: payeeRoutes.createBankAccountUpload },
  taxes: { handler: taxesHandler, route: payeeRoutes.createTaxCertificationUpload },
  payroll: { handler: payrollHandler, route: createContributionUpload },
  participants: { handler: participantsHandler, route: createParticipantUpload },
} as const;

/** Files of a register, of payees, of participants or of a payroll, as one caller sends them, with the worker's use case in this process. */
export class RegisterFiles {
  readonly #aws: TestAws;
  readonly #as: Principal;
  readonly #kind: keyof typeof KINDS;

  constructor(aws: TestAws, as: Principal, kind: keyof typeof KINDS = 'register') {
    this.#aws = aws;
    this.#as = as;
    this.#kind = kind;
  }

  /** Sends a file in a form. */
  send(
    content: string | Buffer,
    query: Record<string, string> = {},
    filename = 'register.csv',
    fields: Record<string, string> = {},
  ): Promise<TestResponse> {
    const others = Object.entries(fields).map(
      ([name, value]) => `--b\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
    );
    const head = `${others.join('')}--b\r\ncontent-disposition: form-data; name="file"; filename="${filename}"\r\n\r\n`;
    const body = Buffer.concat([Buffer.from(head), Buffer.from(content), Buffer.from('\r\n--b--\r\n')]);
    const headers = { 'Content-Type': 'multipart/form-data; boundary=b' };
    const { handler, route } = KINDS[this.#kind];
    return call(handler, route, { as: this.#as, body, headers, query });
  }

  /** Does what the worker does when the file's event, or that of its approval, is delivered. */
  process(id: string): Promise<void> {
    return processUpload(storedFile(this.#aws, `incoming/${this.#as.tenantId}/${id}`), DELIVERY);
  }

  get(id: string): Promise<TestResponse> {
    return call(getHandler, getUpload, { as: this.#as, params: { id } });
  }

  /** Sends a file, has it processed, and answers its upload. */
  async load(
    content: string | Buffer,
    query: Record<string, string> = {},
    filename?: string,
    fields?: Record<string, string>,
  ): Promise<TestResponse> {
    const sent = await this.send(content, query, filename, fields);
    if (sent.status !== 202) throw new Error(sent.text);
    await this.process(sent.body.id);
    return this.get(sent.body.id);
  }
}
