import * as z from 'zod';
import { booleanInQuery, page, pageOf } from './fields.ts';

/** The rows that are counted at most: counting reads them. */
export const MAX_COUNTED = 10_000;

/** The query of every list of rows of ours, which can be counted: see `count-list.ts`. */
export const countedPage = {
  ...page,
  total_count: booleanInQuery.optional(),
};

/** The number of a list's rows on all its pages, by its filters. */
const TotalCount = z.object({ value: z.int().min(0).max(MAX_COUNTED), exact: z.boolean() });

export function listOf<Item extends z.ZodType>(item: Item) {
  return pageOf(item).extend({ total_count: TotalCount.optional() });
}
