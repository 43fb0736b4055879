/**
 * A controlled change asks for a permit before it happens. Only this room grants one: to a change that a second person has approved,
 * and to one that needs nobody.
 */
export class Permit {
  /** The user who proposed the change. */
  readonly madeBy: string;
  /** The user who approved it; null where nobody had to. */
  readonly confirmedBy: string | null;

  private constructor(madeBy: string, confirmedBy: string | null) {
    this.madeBy = madeBy;
    this.confirmedBy = confirmedBy;
  }

  static uncontrolled(madeBy: string): Permit {
    return new Permit(madeBy, null);
  }

  static approved(madeBy: string, confirmedBy: string): Permit {
    return new Permit(madeBy, confirmedBy);
  }
}
