import { canonicalDecimal, MAX_DECIMAL_LENGTH, parseDecimal, unitsAt } from '#kernel/decimal.ts';
import { DomainError, type FieldError } from '#kernel/domain-error.ts';
import { JsonNumber } from '#kernel/json.ts';
import { jsonPointer } from '#kernel/json-pointer.ts';

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
  /** The votes of a part of the ballot; null: the whole ballot. */
  readonly shares: string | null;
}

/** Shares and votes of a share have eight decimals each, and so the weight of a ballot has twice as many. */
const PLACES = 16;
const VOTES = /^(?=.*[1-9])\d{1,40}(\.\d{1,16})?$/;

/**
 * Reads a ballot's choices against the items of its meeting; answers them in the order of the agenda. A choice is for the whole ballot, or
 * an object splits the ballot by votes for each choice.
 * @throws DomainError `validation-failed`, naming every item that the meeting doesn't have and every choice that doesn't fit
 */
export function readChoices(
  items: readonly Item[],
  choices: Readonly<Record<string, unknown>>,
): ItemChoice[] {
  const agenda = new Map(items.map((item) => [item.id, item]));
  const errors: FieldError[] = [];
  const read = new Map<Item, ItemChoice[]>();
  for (const [itemId, choice] of Object.entries(choices)) {
    const item = agenda.get(itemId);
    const pointer = pointerTo(itemId);
    if (item === undefined)
      errors.push({ pointer, code: 'unknown-item', message: 'is not an item of this meeting' });
    else if (isChoice(item, choice)) read.set(item, [{ item, choice, shares: null }]);
    else if (isSplit(choice)) read.set(item, readSplit(item, choice, errors));
    else errors.push({ pointer, code: 'unknown-choice', message: `must be ${choicesOf(item)}` });
  }
  refuse(errors);
  return items.flatMap((item) => read.get(item) ?? []);
}

/**
 * Holds a ballot to its weight: what it says for an item comes to no more.
 * @throws DomainError `validation-failed`, naming every item that is split into more
 */
export function requireWithin(weight: string, choices: readonly ItemChoice[]): void {
  const most = unitsAt(parseDecimal(weight), PLACES);
  const sums = new Map<Item, bigint>();
  for (const { item, shares } of choices)
    if (shares !== null) sums.set(item, (sums.get(item) ?? 0n) + unitsAt(parseDecimal(shares), PLACES));
  refuse(
    [...sums].flatMap(([{ id }, sum]) =>
      sum <= most
        ? []
        : [
            {
              pointer: pointerTo(id),
              code: 'above-weight',
              message: `must come to at most ${canonicalDecimal(weight)}, the votes of the holder`,
            },
          ],
    ),
  );
}

function refuse(errors: readonly FieldError[]): void {
  if (errors.length > 0)
    throw new DomainError('validation-failed', `${errors.length} of the choices are not valid.`, { errors });
}

const pointerTo = (...path: string[]): string => jsonPointer(['choices', ...path]);

const choicesOf = ({ kind }: Item) => CHOICES[kind].join(' or ');

function isChoice({ kind }: Item, choice: unknown): choice is Choice {
  return (CHOICES[kind] as readonly unknown[]).includes(choice);
}

function isSplit(choice: unknown): choice is Readonly<Record<string, unknown>> {
  return (
    typeof choice === 'object' && choice !== null && !Array.isArray(choice) && !(choice instanceof JsonNumber)
  );
}

/** Answers the parts in the order in which choices are reported, and adds what is wrong with them. */
function readSplit(item: Item, split: Readonly<Record<string, unknown>>, errors: FieldError[]): ItemChoice[] {
  const parts = new Map<string, string>();
  for (const [choice, votes] of Object.entries(split)) {
    const text = votes instanceof JsonNumber ? votes.source : votes;
    const pointer = pointerTo(item.id, choice);
    if (!isChoice(item, choice))
      errors.push({ pointer, code: 'unknown-choice', message: `must be ${choicesOf(item)}` });
    else if (typeof text !== 'string' || text.length > MAX_DECIMAL_LENGTH || !VOTES.test(text))
      errors.push({
        pointer,
        code: 'invalid-votes',
        message: `must be a decimal greater than zero with at most ${PLACES} decimal places`,
      });
    else parts.set(choice, canonicalDecimal(text));
  }
  if (Object.keys(split).length === 0)
    errors.push({
      pointer: pointerTo(item.id),
      code: 'empty-split',
      message: `must have votes for at least one of ${CHOICES[item.kind].join(', ')}`,
    });
  return CHOICES[item.kind].flatMap((choice) => {
    const shares = parts.get(choice);
    return shares === undefined ? [] : [{ item, choice, shares }];
  });
}
