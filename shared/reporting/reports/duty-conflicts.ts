import { CHANGE_KINDS, type ChangeKind, controlledChange } from '#approvals/controlled-changes.ts';

/**
 * Conflicts of duties, by the table of controlled changes: the kinds that somebody could both propose and decide on. Nobody decides on
 * what they have proposed themselves; an auditor asks who would have both hands all the same.
 */

const proposes = (kind: ChangeKind, role: string): boolean =>
  (controlledChange(kind).proposes as readonly string[]).includes(role);
const decides = (kind: ChangeKind, role: string): boolean =>
  (controlledChange(kind).decides as readonly string[]).includes(role);

/** Returns the kinds that a role both proposes and decides on. */
export function conflictsOf(role: string): ChangeKind[] {
  return CHANGE_KINDS.filter((kind) => proposes(kind, role) && decides(kind, role));
}

/** Returns the kinds that somebody could propose in a role before, and decides on in the present one alone. */
export function conflictsOverTime(role: string, before: readonly string[]): ChangeKind[] {
  return CHANGE_KINDS.filter(
    (kind) => decides(kind, role) && !proposes(kind, role) && before.some((past) => proposes(kind, past)),
  );
}

/** Returns the kinds that a program proposes by its role, and the person behind it decides on. */
export function conflictsBehind(role: string, behind: string): ChangeKind[] {
  return CHANGE_KINDS.filter((kind) => proposes(kind, role) && decides(kind, behind));
}

/** Returns the kinds among some that wait, which their proposer’s present role decides on. */
export function decidable(role: string, waiting: readonly string[]): ChangeKind[] {
  return CHANGE_KINDS.filter((kind) => waiting.includes(kind) && decides(kind, role));
}
