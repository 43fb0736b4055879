import { CallbackMessage, callBack } from '#payments/mock-bank/callbacks.ts';
import { sendBankCallbacks } from '#payments/mock-bank/mock-bank.jobs.ts';
import { consumer } from '#platform/queue/consumer.ts';

export const handler = consumer(sendBankCallbacks, CallbackMessage, ({ message }) => callBack(message));
