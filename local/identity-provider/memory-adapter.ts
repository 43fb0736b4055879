import type { Adapter, AdapterPayload } from 'oidc-provider';

interface Kept {
  readonly payload: AdapterPayload;
  readonly untilMs: number;
}

/** Returns the adapter class of one provider, which forgets everything when the process ends: a session there is one of this machine. */
export function memoryAdapter(): new (name: string) => Adapter {
  const kept = new Map<string, Kept>();
  const find = (key: string): AdapterPayload | undefined => {
    const found = kept.get(key);
    return found !== undefined && found.untilMs > Date.now() ? found.payload : undefined;
  };
  return class implements Adapter {
    readonly #name: string;

    constructor(name: string) {
      this.#name = name;
    }

    #key(id: string): string {
      return `${this.#name} ${id}`;
    }

    async upsert(id: string, payload: AdapterPayload, expiresInSeconds: number): Promise<void> {
      const untilMs = Date.now() + expiresInSeconds * 1000;
      for (const [key, { untilMs: endMs }] of kept) if (endMs <= Date.now()) kept.delete(key);
      kept.set(this.#key(id), { payload, untilMs });
    }

    async find(id: string): Promise<AdapterPayload | undefined> {
      return find(this.#key(id));
    }

    async findByUid(uid: string): Promise<AdapterPayload | undefined> {
      const own = [...kept.keys()].filter((key) => key.startsWith(`${this.#name} `));
      return own.map(find).find((payload) => payload?.uid === uid);
    }

    /** Device codes are not offered. */
    async findByUserCode(): Promise<undefined> {
      return undefined;
    }

    async consume(id: string): Promise<void> {
      const payload = find(this.#key(id));
      if (payload !== undefined) payload.consumed = Math.floor(Date.now() / 1000);
    }

    async destroy(id: string): Promise<void> {
      kept.delete(this.#key(id));
    }

    async revokeByGrantId(grantId: string): Promise<void> {
      for (const [key, { payload }] of kept) if (payload.grantId === grantId) kept.delete(key);
    }
  };
}
