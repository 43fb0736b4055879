import { CallbackMessage, callBack } from '#mock-bank/callbacks.ts';
import { sendBankCallbacks } from '#mock-bank/mock-bank.jobs.ts';
import { consumer } from '#platform/queue/consumer.ts';

export const handler = consumer(sendBankCallbacks, CallbackMessage, ({ message }) => callBack(message));
