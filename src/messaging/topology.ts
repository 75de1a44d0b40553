import type { Options } from 'amqplib';
import { severitiesFrom, wordsFor } from '../log/severity';

/** The topic exchange that every log goes through, under `<service>.<severity>`. */
export const LOGS_EXCHANGE = 'logs_exchange';
/** What collectors share. */
export const LOG_QUEUE = 'LogQueue';
/** Errors and warnings, what monitors share. */
export const MONITORING_QUEUE = 'MonitoringQueue';
/** Where LogQueue sends what was delivered too often. */
export const DEAD_LETTER_EXCHANGE = 'logs_dead_letter';
export const DEAD_LETTER_QUEUE = 'DeadLetterQueue';

const WORDS = wordsFor(severitiesFrom('warn'));
/** Topic matching is case-sensitive, so a word is bound in lower case, in capitals, and with one capital. */
const ALARMING_WORDS = new Set([
  ...WORDS,
  ...WORDS.map((word) => word.toUpperCase()),
  ...WORDS.map((word) => word.charAt(0).toUpperCase() + word.slice(1)),
]);

export interface ExchangeDeclaration {
  readonly name: string;
  readonly type: 'topic' | 'fanout';
  readonly options: Options.AssertExchange;
}

export interface QueueDeclaration {
  readonly name: string;
  readonly options: Options.AssertQueue;
  readonly exchange: string;
  /** `#` stands for any number of words, so a service may hold dots. */
  readonly patterns: readonly string[];
}

/**
 * Exchanges, queues and bindings as data. Arguments cannot change on an existing queue: the broker answers 406.
 * LogQueue and DeadLetterQueue are quorum queues, so what is confirmed is on disk on a majority of brokers.
 * MonitoringQueue is bounded in number, bytes and age, because a dead monitor must not fill the broker.
 */
export const TOPOLOGY: {
  readonly exchanges: readonly ExchangeDeclaration[];
  readonly queues: readonly QueueDeclaration[];
} = {
  exchanges: [
    { name: LOGS_EXCHANGE, type: 'topic', options: { durable: true } },
    { name: DEAD_LETTER_EXCHANGE, type: 'fanout', options: { durable: true } },
  ],
  queues: [
    {
      name: LOG_QUEUE,
      exchange: LOGS_EXCHANGE,
      patterns: ['#'],
      options: {
        durable: true,
        arguments: {
          'x-queue-type': 'quorum',
          'x-dead-letter-exchange': DEAD_LETTER_EXCHANGE,
          'x-dead-letter-strategy': 'at-least-once',
          'x-overflow': 'reject-publish',
          'x-delivery-limit': 100,
        },
      },
    },
    {
      name: MONITORING_QUEUE,
      exchange: LOGS_EXCHANGE,
      patterns: Array.from(ALARMING_WORDS, (word) => `#.${word}`),
      options: {
        durable: true,
        arguments: {
          'x-max-length': 100_000,
          'x-max-length-bytes': 67_108_864,
          'x-overflow': 'drop-head',
          'x-message-ttl': 60_000,
        },
      },
    },
    {
      name: DEAD_LETTER_QUEUE,
      exchange: DEAD_LETTER_EXCHANGE,
      patterns: [''],
      options: { durable: true, arguments: { 'x-queue-type': 'quorum', 'x-delivery-limit': 1_000_000 } },
    },
  ],
};
