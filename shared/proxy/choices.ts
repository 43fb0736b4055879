import { DomainError, type FieldError } from '#kernel/domain-error.ts';

export const ITEM_KINDS = ['STANDARD', 'DIRECTOR'] as const;
export type ItemKind = (typeof ITEM_KINDS)[number];

/** Bounds an agenda, and so a ballot. */
export const MAX_ITEMS = 200;

/** Every choice that some item takes. */
export const ALL_CHOICES = ['FOR', 'AGAINST', 'ABSTAIN', 'WITHHOLD'] as const;
export type Choice = (typeof ALL_CHOICES)[number];

/** The choices for an item of each kind, in the order in which they are reported. */
export const CHOICES = {
  STANDARD: ['FOR', 'AGAINST', 'ABSTAIN'],
  DIRECTOR: ['FOR', 'WITHHOLD'],
} as const satisfies Record<ItemKind, readonly Choice[]>;

export interface Item {
  readonly id: string;
  readonly kind: ItemKind;
}

export interface ItemChoice {
  readonly item: Item;
  readonly choice: Choice;
}

/**
 * Reads a ballot's choices against the items of its meeting; answers them in the order of the agenda.
 * @throws DomainError `validation-failed`, naming every item that the meeting doesn't have and every choice that doesn't fit
 */
export function readChoices(
  items: readonly Item[],
  choices: Readonly<Record<string, unknown>>,
): ItemChoice[] {
  const agenda = new Map(items.map((item) => [item.id, item]));
  const errors: FieldError[] = [];
  for (const [itemId, choice] of Object.entries(choices)) {
    const item = agenda.get(itemId);
    const pointer = `/choices/${itemId.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (item === undefined)
      errors.push({ pointer, code: 'unknown-item', message: 'is not an item of this meeting' });
    else if (!isChoice(item, choice))
      errors.push({
        pointer,
        code: 'unknown-choice',
        message: `must be ${CHOICES[item.kind].join(' or ')}`,
      });
  }
  if (errors.length > 0)
    throw new DomainError('validation-failed', `${errors.length} of the choices are not valid.`, { errors });
  return items.flatMap((item) => {
    const choice = choices[item.id];
    return isChoice(item, choice) ? [{ item, choice }] : [];
  });
}

function isChoice({ kind }: Item, choice: unknown): choice is Choice {
  return (CHOICES[kind] as readonly unknown[]).includes(choice);
}
