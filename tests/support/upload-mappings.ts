import { handler as createHandler } from '#functions/uploads/create-upload-mapping.ts';
import { handler as deleteHandler } from '#functions/uploads/delete-upload-mapping.ts';
import { handler as getHandler } from '#functions/uploads/get-upload-mapping.ts';
import { handler as listHandler } from '#functions/uploads/list-upload-mappings.ts';
import { handler as replaceHandler } from '#functions/uploads/replace-upload-mapping.ts';
import type { Principal } from '#platform/http/authorize.ts';
import * as routes from '#uploads/mappings/mappings.routes.ts';
import { call, type TestResponse } from './request.ts';

/** The mappings of a tenant, as one caller sees them. */
export class UploadMappings {
  readonly #as: Principal;

  constructor(as: Principal) {
    this.#as = as;
  }

  create(body: object): Promise<TestResponse> {
    return call(createHandler, routes.createUploadMapping, { as: this.#as, body });
  }

  get(id: string): Promise<TestResponse> {
    return call(getHandler, routes.getUploadMapping, { as: this.#as, params: { id } });
  }

  list(query: Record<string, string> = {}): Promise<TestResponse> {
    return call(listHandler, routes.listUploadMappings, { as: this.#as, query });
  }

  replace(id: string, version: number | undefined, body: object): Promise<TestResponse> {
    const headers = version === undefined ? {} : { 'If-Match': `"${version}"` };
    return call(replaceHandler, routes.replaceUploadMapping, { as: this.#as, params: { id }, body, headers });
  }

  delete(id: string, version?: number): Promise<TestResponse> {
    const headers = version === undefined ? {} : { 'If-Match': `"${version}"` };
    return call(deleteHandler, routes.deleteUploadMapping, { as: this.#as, params: { id }, headers });
  }
}
