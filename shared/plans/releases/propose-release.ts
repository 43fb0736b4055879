import type { z } from 'zod';
import type { ChangeEffects } from '#approvals/decide-change.ts';
import { type Proposer, proposeControlled, stillThere, type Waiting } from '#approvals/propose-change.ts';
import { canonicalDecimal } from '#kernel/decimal.ts';
import { DomainError, type FieldError, invalidField } from '#kernel/domain-error.ts';
import { uuidV7 } from '#kernel/ids.ts';
import { unitsOf } from '#kernel/quantity.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import {
  type Draw,
  type Drawn,
  findDrawn,
  findIssuerId,
  insertRelease,
  isLinked,
  listNamed,
  type NamedGrant,
  type NamedState,
  setEnded,
  setOffered,
} from './release.repository.ts';
import type { proposeRelease, ReleasePreview } from './releases.routes.ts';

type Order = z.output<(typeof proposeRelease)['body']>;

/**
 * Returns what a run would come to. What has vested since it was last computed is stored on the way.
 * @throws DomainError `validation-failed`, `nothing-to-release`
 */
export async function previewRelease(
  tx: TenantTx,
  order: Order,
  today: string,
): Promise<z.input<typeof ReleasePreview>> {
  const draw = await drawOf(tx, order, today);
  return previewOf(await findDrawn(tx, draw), { issuer: order.issuer, today, percent: draw.percent });
}

async function drawOf(
  tx: TenantTx,
  { issuer, withholding_percent: percent = '0', lines: named }: Order,
  today: string,
): Promise<Draw> {
  const issuerId = await findIssuerId(tx, issuer);
  if (issuerId === undefined || !(await isLinked(tx, issuerId)))
    throw invalidField(
      '/issuer',
      'not-linked',
      'must be the slug of an active issuer that has linked this sponsor',
    );
  // Loaded here: with the rules of vesting, the function’s code would be longer than a cold start may read.
  const { vestThrough } = await import('#plans/vesting-runs/vest-through.ts');
  await vestThrough(tx, today, named && [...new Set(named.map(({ plan_id }) => plan_id))]);
  const draw = { issuerId, percent, named };
  if (named !== undefined) await refuseNamed(tx, { ...draw, named });
  return draw;
}

/** @throws DomainError `nothing-to-release` */
function previewOf(
  { without_holder, beyond_limit, grants, holders, vested, withheld, net }: Drawn,
  { issuer, today, percent }: { readonly issuer: string; readonly today: string; readonly percent: string },
): z.input<typeof ReleasePreview> {
  if (grants === 0)
    throw new DomainError(
      'nothing-to-release',
      without_holder === 0
        ? 'No RSU grant has vested shares that no run has taken.'
        : `${without_holder} grants have such shares, and their plans name no active holder of the issuer.`,
    );
  return {
    ...{ issuer, as_of: today, withholding_percent: canonicalDecimal(percent) },
    ...{ grants, holders, vested, withheld, net, left_out: { without_holder, beyond_limit } },
  };
}

/** @throws DomainError `validation-failed` with an error for each line that can't be released as it says */
async function refuseNamed(
  tx: TenantTx,
  draw: Draw & { readonly named: readonly NamedGrant[] },
): Promise<void> {
  const { named } = draw;
  const states = await listNamed(tx, draw);
  const seen = new Set<string>();
  const errors = named.flatMap((line, index) => {
    const error = seen.has(line.grant_id) ? REPEATED : faultOf(line, states[index]);
    seen.add(line.grant_id);
    return error === undefined ? [] : [{ ...error, pointer: `/lines/${index}${error.pointer}` }];
  });
  if (errors.length > 0)
    throw new DomainError('validation-failed', 'Some lines cannot be released as they say.', { errors });
}

const REPEATED: FieldError = {
  ...{ pointer: '/grant_id', code: 'repeated', message: 'is in the list twice' },
};

function faultOf({ quantity, withheld }: NamedGrant, state: NamedState | undefined): FieldError | undefined {
  if (!state?.is_rsu)
    return { pointer: '/grant_id', code: 'unknown-grant', message: 'must be a grant of this RSU plan' };
  if (!state.is_linked)
    return {
      ...{ pointer: '/plan_id', code: 'no-linked-holder' },
      message: 'must be a plan that names an active holder of the issuer',
    };
  const { releasable } = state;
  if (unitsOf(releasable) === 0n)
    return {
      ...{ pointer: '/grant_id', code: 'nothing-vested' },
      message: 'has no vested shares that no run has taken',
    };
  if (quantity !== undefined && unitsOf(quantity) > unitsOf(releasable))
    return {
      ...{ pointer: '/quantity', code: 'more-than-vested' },
      message: `must be at most ${releasable}: what has vested and no run has taken`,
    };
  if (withheld !== undefined && unitsOf(withheld) > unitsOf(quantity ?? releasable))
    return {
      ...{ pointer: '/withheld', code: 'more-than-released' },
      message: `must be at most the ${quantity ?? releasable} shares that are released`,
    };
  return undefined;
}

/**
 * Proposes a run and reserves its shares, so that no other takes them; a second person offers it to the issuer.
 * @throws DomainError `validation-failed`, `nothing-to-release`, `conflict`
 */
export async function proposeRun(
  tx: TenantTx,
  order: Order,
  today: string,
  proposer: Proposer,
): Promise<Waiting> {
  const draw = await drawOf(tx, order, today);
  const id = uuidV7();
  const { issuer } = order;
  const { taken, ...drawn } = await insertRelease(tx, { ...draw, id, issuer, asOf: today });
  const preview = previewOf(drawn, { issuer, today, percent: draw.percent });
  if (taken !== preview.grants)
    throw new DomainError('conflict', 'Another run has taken some of the shares meanwhile. Try again.');
  return proposeControlled(
    tx,
    {
      ...{ kind: 'release', subject: { type: 'releases', id }, before: null, after: preview },
      proposal: { id },
    },
    proposer,
  );
}

const runOf = (proposal: unknown): string => (proposal as { readonly id: string }).id;

export const releaseEffects: ChangeEffects = {
  approved: async (tx, { proposal }) => {
    stillThere(await setOffered(tx, runOf(proposal)));
    return undefined;
  },
  refused: async (tx, { proposal }) => {
    await setEnded(tx, runOf(proposal), 'CANCELLED');
    return undefined;
  },
};
