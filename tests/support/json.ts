// biome-ignore lint/suspicious/noExplicitAny: answers are asserted on, and an assertion on a wrong path fails
export type Json = any;
