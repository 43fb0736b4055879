import { found } from '#platform/db/found.ts';
import { todayOf } from '#platform/db/today.ts';
import { http } from '#platform/http/http.ts';
import { findHolderStanding } from '#register/holder-standing.ts';
import { findTaxCertification } from '#register/tax/tax-certification.repository.ts';
import { toTaxCertification } from '#register/tax/tax-certification-answer.ts';
import * as routes from '#register/tax/tax-certifications.routes.ts';

export const handler = http(routes.getTaxCertification, async ({ params, tenantRead }) =>
  tenantRead(async (read) => {
    found(await findHolderStanding(read, params.id));
    return toTaxCertification(params.id, await findTaxCertification(read, params.id), await todayOf(read));
  }),
);
