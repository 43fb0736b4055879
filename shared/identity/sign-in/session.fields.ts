import * as z from 'zod';

/** A browser asks for its session to be kept where no script of a page can read it. */
export const keptSession = z.literal('cookie', 'must be cookie').optional();
