import { type ClientMessage, ClientMessages } from './client-messages.ts';
import { effectsOf, type PinReason, type StatementEffects } from './statement-effects.ts';

/** A longer text pins, whatever it says. */
export const MAX_TEXT_BYTES = 16 * 1024;
/** Texts come from programs and are few; the bound only guards against one that writes data into them. */
const MAX_KNOWN_TEXTS = 2_000;

const knownEffects = new Map<string, StatementEffects>();

function effectsOfKnown(text: string): StatementEffects {
  const known = knownEffects.get(text);
  if (known !== undefined) return known;
  if (knownEffects.size >= MAX_KNOWN_TEXTS) knownEffects.clear();
  const effects = effectsOf(text);
  knownEffects.set(text, effects);
  return effects;
}

/** Follows one client's session, and reports each reason for which it is pinned, once. */
export class ProxiedSession {
  readonly #messages = new ClientMessages(MAX_TEXT_BYTES + 1, (message) => this.#follow(message));
  readonly #named = new Map<string, StatementEffects>();
  readonly #reasons = new Set<PinReason>();
  readonly #onPin: (reason: PinReason, isFirst: boolean) => void;
  #unnamed: StatementEffects | undefined;
  #inTransaction = false;

  constructor(onPin: (reason: PinReason, isFirst: boolean) => void) {
    this.#onPin = onPin;
  }

  /** Looks at what the client has sent. */
  read(chunk: Buffer): void {
    this.#messages.read(chunk);
  }

  #follow(message: ClientMessage): void {
    if (message.kind === 'bind') {
      const effects = message.statement === '' ? this.#unnamed : this.#named.get(message.statement);
      if (effects !== undefined) this.#run(effects);
      return;
    }
    if (message.bytes > MAX_TEXT_BYTES) this.#pin('long text');
    const effects = effectsOfKnown(message.text);
    if (message.kind === 'query') this.#run(effects);
    else if (message.name === '') this.#unnamed = effects;
    else {
      this.#pin('named statement');
      this.#named.set(message.name, effects);
    }
  }

  #run({ transaction, pins, pinsOutsideTransaction }: StatementEffects): void {
    if (transaction === 'begins') this.#inTransaction = true;
    for (const reason of pins) this.#pin(reason);
    if (!this.#inTransaction) for (const reason of pinsOutsideTransaction) this.#pin(reason);
    if (transaction === 'ends') this.#inTransaction = false;
  }

  #pin(reason: PinReason): void {
    if (this.#reasons.has(reason)) return;
    this.#reasons.add(reason);
    this.#onPin(reason, this.#reasons.size === 1);
  }
}
