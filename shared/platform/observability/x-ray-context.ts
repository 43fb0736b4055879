/**
 * The replacement for `cls-hooked/context`, which the SDK of X-Ray loads and which turns on `async_hooks`: from then
 * on every promise of the process takes several times as long. We hand over parents ourselves, so the SDK needs only
 * one place for Lambda's segment. See docs/adr/0061-traces.md.
 */
const context = new Map<string, unknown>();

const namespace = {
  enter: () => undefined,
  createContext: () => undefined,
  get: (key: string) => context.get(key),
  set: (key: string, value: unknown) => {
    context.set(key, value);
    return value;
  },
};

export const createNamespace = () => namespace;
export const getNamespace = () => namespace;
export const destroyNamespace = () => undefined;
