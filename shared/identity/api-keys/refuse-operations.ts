import { type Callers, KEY_OPERATIONS } from '#generated/key-operations.ts';
import { DomainError } from '#kernel/domain-error.ts';
import type { KeyRole, TenantType } from '#kernel/roles.ts';

/** The role of a key, and the type of its tenant. */
interface KeyOf {
  readonly role: KeyRole;
  readonly tenantType: TenantType;
}

/** Returns the error that names each operation which a key could never call; undefined where it may call all of them. */
export function refuseOperations(routes: readonly string[], key: KeyOf): DomainError | undefined {
  const errors = routes.flatMap((operation, index) => {
    const refusal = whyNot(
      key,
      Object.hasOwn(KEY_OPERATIONS, operation) ? KEY_OPERATIONS[operation] : undefined,
    );
    return refusal === undefined ? [] : [{ pointer: `/routes/${index}`, ...refusal }];
  });
  const [first] = errors;
  if (first === undefined) return undefined;
  return new DomainError('validation-failed', `${first.pointer} ${first.message}`, { errors });
}

function whyNot({ role, tenantType }: KeyOf, callers: Callers | undefined) {
  if (callers === undefined)
    return { code: 'unknown-operation', message: 'is no operation of the API: GET /openapi.json names them' };
  if (callers.roles.length === 0)
    return { code: 'not-for-keys', message: 'is an operation that no API key calls' };
  if (!callers.roles.includes(role))
    return { code: 'other-role', message: `is no operation of the role ${role}` };
  if (!callers.tenants.includes(tenantType))
    return {
      code: 'other-tenants',
      message: `is an operation of a tenant that is ${callers.tenants.join(' or ')}`,
    };
  return undefined;
}
