import { join } from 'node:path';
import { bootstrapOperator } from '#identity/tenants/bootstrap-operator.ts';
import { bankEnvironment } from '#payments/bank/bank-environment.ts';
import { masterDatabase } from '#platform/db/master.ts';
import { migrate } from '#platform/db/migrate.ts';

/** CloudFormation's event, or the one by which the first operator is made by hand (docs/deploying.md). */
type MigrateEvent =
  | { readonly RequestType: 'Create' | 'Update' | 'Delete' }
  | { readonly operator: { readonly email: string; readonly password: string } };

/** Environments that pay through a real bank don't have its tables. */
const MOCK_BANK = ['0009_mock_bank', '0151_mock_bank_reversals', '0176_mock_bank_reader'];

/** Brings the schema up to date. Nothing is undone when the stack is deleted. */
export async function handler(event: MigrateEvent): Promise<{ Data?: { Applied: string } }> {
  const database = await masterDatabase();
  if ('operator' in event) {
    await bootstrapOperator(database, event.operator);
    return {};
  }
  if (event.RequestType === 'Delete') return {};
  const { migrations, functions } = await migrate({
    ...database,
    directory: join(import.meta.dirname, 'migrations'),
    except: bankEnvironment.hasMockBank() ? [] : MOCK_BANK,
  });
  return { Data: { Applied: [...migrations, `${functions.length} functions`].join(', ') } };
}
